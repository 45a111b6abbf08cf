/** Notifications about guests nobody is looking at. */
export const newsStrings = {
  show: 'Show',
  allow: 'Let this browser show notifications',
  allowed: 'This browser shows them.',
  blocked: 'This browser blocks them for this page; its own settings can allow them.',
} as const;
