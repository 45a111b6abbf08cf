/** Support bundles. */
export const supportStrings = {
  action: 'Support bundle',
  gathering: 'Gathering the support bundle…',
  saved: (fileName: string, files: number) => `${fileName}: ${files} files. Look through it before you give it away.`,
  savedWithoutSerial: (fileName: string, files: number) =>
    `${fileName}: ${files} files, without what the guest printed: that can hold anything. Look through it before you give it away.`,
  withSerial: 'Save one with it',
} as const;
