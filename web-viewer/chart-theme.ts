/** Charts are light or dark as the system is, also when that changes: they are drawn with colours, not with styles. */

const query = (): MediaQueryList => matchMedia('(prefers-color-scheme: light)');

export const isLight = (): boolean => query().matches;

/** A theme of ECharts. */
export const chartTheme = (): 'default' | 'dark' => (isLight() ? 'default' : 'dark');

/** @param draw everything that has colours of its own */
export function onThemeChange(draw: () => void): void {
  query().addEventListener('change', draw);
}
