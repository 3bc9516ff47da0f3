import '@fontsource-variable/inter/wght.css';
import { MantineProvider } from '@mantine/core';
import '@mantine/core/styles.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { cssVariables, theme } from './design/theme.ts';
import './design/tokens.css';
import { askForRuns } from './pages/runs/runs-page.tsx';
import './parts/parts.css';

askForRuns(new URL(location.href));
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <App />
    </MantineProvider>
  </StrictMode>,
);
