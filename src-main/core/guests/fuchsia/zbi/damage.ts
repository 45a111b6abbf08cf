/** Says where a boot image is wrong. Every refusal of a damaged image goes through here, so that all name the place. */
import { SlipwayError } from '../../../../../src-shared/contract/errors.ts';

/** Damage inside a payload, found by code that knows neither file nor item. Never leaves this folder. */
export class PayloadDamage extends Error {
  /** Bytes from the start of the decoded payload; null where the compressed form itself is wrong. */
  readonly payloadOffset: number | null;

  constructor(payloadOffset: number | null, message: string) {
    super(message);
    this.name = 'PayloadDamage';
    this.payloadOffset = payloadOffset;
  }
}

export const hex = (value: number): string => `0x${value.toString(16)}`;

/** `offset`: bytes from the start of the file. */
export function imageDamaged(path: string, offset: number, what: string, hint?: string): SlipwayError {
  return new SlipwayError('image_damaged', `${path} is damaged at offset ${hex(offset)}: ${what}.`, {
    hint: hint ?? 'Build or download the image again.',
  });
}

/** A PayloadDamage as what the user sees; any other error comes back as it is. `offset`: of the item's header. */
export function explainPayload(error: unknown, path: string, offset: number, itemName: string): unknown {
  if (!(error instanceof PayloadDamage)) return error;
  const inside = error.payloadOffset === null ? '' : `, ${hex(error.payloadOffset)} bytes into its content`;
  return imageDamaged(path, offset, `the ${itemName} item there${inside}: ${error.message}`);
}
