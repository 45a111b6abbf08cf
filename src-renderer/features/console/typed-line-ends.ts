/** Line ends as the Enter key types them: one CR, whatever the file has. */
export function typedLineEnds(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length);
  let length = 0;
  for (const [index, byte] of bytes.entries()) {
    if (byte === 0x0a && bytes[index - 1] === 0x0d) continue;
    result[length++] = byte === 0x0a ? 0x0d : byte;
  }
  return result.subarray(0, length);
}
