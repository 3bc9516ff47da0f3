import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { useComputedColorScheme } from '@mantine/core';
import { createClient } from 'graphql-ws';
import { useEffect, useMemo, useRef } from 'react';
import { token } from '../../lab/lab.ts';
import './api.css';
import { examples } from './examples.ts';
import { nameParts } from './name-parts.ts';

/** The API by hand: what the Studio shows, any program can ask for. */
export default function ApiPage() {
  const fetcher = useMemo(() => createGraphiQLFetcher({ url: '/graphql', ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }), wsClient: createClient({ url: `${location.origin.replace(/^http/, 'ws')}/graphql`, lazy: true, ...(token === undefined ? {} : { connectionParams: { token } }) }) }), []);
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => nameParts(holder.current!), []);
  const scheme = useComputedColorScheme('light');
  useEffect(() => void (document.title = 'API · Entropic Lab'), []);
  return (
    <div className="page api-page">
      <div className="title">
        <h1>API</h1>
        <p>GraphQL at <code>{location.origin}/graphql</code>, over HTTP and WebSocket. The tabs are the three calls a program needs.</p>
      </div>
      <div className="panel graphiql-holder" ref={holder}>
        <GraphiQL forcedTheme={scheme} fetcher={fetcher} defaultTabs={examples.map(({ query, variables }) => ({ query, variables: variables ?? null }))} defaultQuery={examples[0]!.query} shouldPersistHeaders={false} />
      </div>
    </div>
  );
}
