/** The views of an instance, in the order they are shown in. */
export const instanceTabs = ['console', 'timeline', 'ports', 'command', 'details', 'show'] as const;
export type InstanceTab = (typeof instanceTabs)[number];
