/** Slipway's own log: one JSON object per line, so that a support bundle can be read by machines too. */
export interface Log {
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, facts?: Record<string, unknown>): void;
}

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A log that hands each finished line (without a newline) to `write`. */
export function lineLog(write: (line: string) => void): Log {
  const at =
    (level: string) =>
    (message: string, facts: Record<string, unknown> = {}) => {
      write(JSON.stringify({ at: new Date().toISOString(), level, message, ...facts }));
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
