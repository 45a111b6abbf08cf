/** Hands bytes to the person as a file, the way a browser does. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own reference once it began.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
