import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const ink: MantineColorsTuple = ['#eef3fd', '#d9e4fa', '#b3c9f4', '#8aacee', '#6792e9', '#4c7fe3', '#3468d6', '#2457c5', '#1b46a5', '#143684'];

/** Mantine's darkest shades are brownish; these are our surfaces. */
const dark: MantineColorsTuple = ['#e7ecf3', '#a9b4c4', '#8592a5', '#5b6778', '#384454', '#242c38', '#1a212b', '#141a22', '#0d1117', '#0a0e13'];

export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 7, dark: 4 },
  colors: { ink, dark },
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '0.857rem', sm: '0.9286rem', md: '1rem', lg: '1.143rem', xl: '1.357rem' },
  defaultRadius: 6,
  cursorType: 'pointer',
  autoContrast: true,
  respectReducedMotion: true,
});

/** Mantine's own surfaces and texts, by our tokens: one page has one set of colors. */
export const cssVariables: CSSVariablesResolver = () => {
  const ours = {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--text)',
    '--mantine-color-dimmed': 'var(--text-faint)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-hover': 'var(--sunken)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-default-color': 'var(--text)',
    '--mantine-color-placeholder': 'var(--text-faint)',
    '--mantine-color-anchor': 'var(--accent)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-primary-color-filled': 'var(--accent)',
    '--mantine-primary-color-contrast': 'var(--accent-text)',
  };
  return { variables: {}, light: ours, dark: ours };
};
