import { Router } from 'express';
import { version } from '../version.ts';

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Entropic Lab</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem } code { background: #8882; padding: .1em .3em }</style>
<h1>Entropic Lab ${version}</h1>
<p>This server speaks GraphQL at <code>/graphql</code>: queries and mutations by HTTP POST, subscriptions by WebSocket
(protocol <code>graphql-transport-ws</code>). Artifacts are at <code>/artifacts/&lt;sha256&gt;</code>,
health at <a href="/healthz"><code>/healthz</code></a> and <a href="/readyz"><code>/readyz</code></a>.</p>
<p><strong>The Studio is not here:</strong> this server was started without it. <code>entropic up</code> (or <code>npm start</code>) builds it and serves
it at this address; by hand, <code>npm run build -w apps/web</code> prints a folder, to be given as <code>--studio</code>.</p>
<p>A first question:</p>
<pre><code>curl -H 'content-type: application/json' -d '{"query":"{ lab { version } runs { totalCount } }"}' http://localhost:4000/graphql</code></pre>
</html>
`;

/** What a person sees who opens the server's address. */
export function frontPage(): Router {
  const routes = Router();
  routes.get('/', (_request, response) => {
    response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
    response.type('html').send(page);
  });
  return routes;
}
