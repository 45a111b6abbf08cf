/** Support bundles. */
export const supportStrings = {
  action: 'Support bundle',
  gathering: 'Gathering the support bundle…',
  saved: (fileName: string, files: number) => `${fileName}: ${files} files. Look through it before you give it away.`,
} as const;
