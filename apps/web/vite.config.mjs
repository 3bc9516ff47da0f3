import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const lab = process.env['ENTROPIC_URL'] ?? 'http://127.0.0.1:4000';
/** `npm run dev` shows a lab that runs already; its server takes only calls of its own pages. */
const forwarded = { target: lab, ws: true, headers: { origin: lab, host: new URL(lab).host } };

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/graphql': forwarded, '/artifacts': forwarded } },
  build: {
    target: 'es2022',
    // Names and sizes of the chunks, by which the budget test knows what the first page loads.
    manifest: true,
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
  },
});
