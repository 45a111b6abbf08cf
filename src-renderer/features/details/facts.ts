/** A label and a value, as they are read. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  /** The machine's own words: shown monospaced and copyable. */
  readonly machine: boolean;
}

export const words = (label: string, value: string): Fact => ({ label, value, machine: false });
export const machine = (label: string, value: string): Fact => ({ label, value, machine: true });
