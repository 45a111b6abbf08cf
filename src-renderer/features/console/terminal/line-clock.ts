/** Moments as they stand beside a line: all of the same width, to the millisecond. */

/** Local time of day, `14:03:09.250`. */
export function clockTime(epochMs: number): string {
  const date = new Date(epochMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** Seconds since the boot began, `+12.345`. */
export function sinceBoot(epochMs: number, bootMs: number): string {
  const seconds = (epochMs - bootMs) / 1000;
  return `${seconds < 0 ? '−' : '+'}${Math.abs(seconds).toFixed(3)}`;
}
