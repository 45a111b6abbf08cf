/** What can be asked of the consoles that are shown, by a key or by name. */
export type ConsoleAction =
  | 'search'
  | 'copy'
  | 'clear'
  | 'splitRight'
  | 'splitDown'
  | 'nextPane'
  | 'moveTab'
  | 'previousTab'
  | 'nextTab'
  | 'detach'
  | 'larger'
  | 'smaller'
  | 'usualSize';
