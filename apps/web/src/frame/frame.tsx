import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconKeyboard, IconLogout, IconMoon, IconSun } from '@tabler/icons-react';
import { lazy, Suspense, useCallback, useEffect, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { duration } from '../design/format.ts';
import { connection, keepToken, lab, token } from '../lab/lab.ts';
import { useNow } from '../lab/now.ts';
import { useTold } from '../lab/told.ts';
import { useWorkers } from '../lab/use-workers.ts';
import { useAnswer } from '../lab/use-answer.ts';
import { explainNumbers } from '../parts/explained-numbers.ts';
import { HintLayer } from '../parts/hint-layer.tsx';
import './frame.css';
import { useKeys } from './keys.ts';
import { places } from './places.ts';

const TokenForm = lazy(() => import('./token-form.tsx'));
const Help = lazy(() => import('./help.tsx'));

/** What stays while pages come and go: the way around, the state of the connection, light or dark. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const { value, error } = useAnswer('lab', () => lab.lab());
  const [helped, setHelped] = useState(false);
  const [, go] = useLocation();
  const [explained, setExplained] = useState(false);
  const help = useCallback(() => setHelped(true), []);
  const explain = useCallback(() => setExplained((before) => !before), []);
  useKeys({ go, help, explain });
  return (
    <div className="frame">
      <a className="skip" href="#content">
        To the content
      </a>
      <header className="rail">
        <Link href="/" className="brand">
          <img src="/icon.svg" width="22" height="22" alt="" /> Entropic Lab
        </Link>
        <Ways />
        <Foot version={value?.version} onHelp={help} />
      </header>
      <main className="main" id="content" tabIndex={-1}>
        <LostNote />
        {error?.code === 'UNAUTHENTICATED' ? <Suspense><TokenForm error={error} /></Suspense> : children}
      </main>
      {explained ? <ExplainedNumbers /> : null}
      <HintLayer />
      {helped ? <Suspense><Help onClose={() => setHelped(false)} /></Suspense> : null}
    </div>
  );
}

function ExplainedNumbers() {
  useEffect(() => explainNumbers(document.getElementById('content')!), []);
  return <div className="explained" role="status"><kbd>Tab</kbd> goes from number to number and says what each is; <kbd>h</kbd> ends it.</div>;
}

function Ways() {
  const [location] = useLocation();
  return (
    <nav aria-label="Pages">
      {places.map((group, at) => (
        <div key={at} style={{ display: 'contents' }}>
          {at > 0 ? <hr /> : null}
          {group.map(({ path, title, icon: Mark, also = [] }) => (
            <Link key={path} href={path} {...([path, ...also].some((start) => isUnder(location, start)) ? { 'aria-current': 'page' as const } : {})}>
              <Mark size={17} stroke={1.8} aria-hidden /> {title}
            </Link>
          ))}
        </div>
      ))}
    </nav>
  );
}

function isUnder(location: string, path: string): boolean {
  return path === '/' ? location === '/' : location === path || location.startsWith(`${path}/`);
}

const words = { open: 'Live', connecting: 'Connecting', lost: 'Connection lost' } as const;

function Foot({ version, onHelp }: { readonly version: string | undefined; onHelp(): void }) {
  const { state } = useTold(connection);
  // Always watched, so that the connection tells on every page whether what is shown is live.
  const { workers } = useWorkers();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  return (
    <div className="foot">
      <span className="live" data-state={state} role="status">
        <i /> <span>{words[state]}</span>
        {workers === undefined ? null : <Link href="/workers" className="faint" data-hint="Workers that are registered with this lab">{workers.length === 1 ? '1 worker' : `${workers.length} workers`}</Link>}
      </span>
      <span className="row">
        <span className="grow">{version === undefined ? '' : `Version ${version}`}</span>
        {token === undefined ? null : <ActionIcon variant="subtle" color="gray" size="sm" onClick={() => keepToken(undefined)} aria-label="Sign out" data-hint="Sign out: forget the token in this browser"><IconLogout size={16} /></ActionIcon>}
        <ActionIcon variant="subtle" color="gray" size="sm" onClick={onHelp} aria-label="Keys" data-hint="Keys (?)"><IconKeyboard size={16} /></ActionIcon>
        <ActionIcon variant="subtle" color="gray" size="sm" onClick={() => setColorScheme(dark ? 'light' : 'dark')} aria-label={dark ? 'Light colors' : 'Dark colors'} data-hint={dark ? 'Light colors' : 'Dark colors'}>
          {dark ? <IconSun size={16} /> : <IconMoon size={16} />}
        </ActionIcon>
      </span>
    </div>
  );
}

/** Says when what is shown may be behind the lab, and for how long. */
function LostNote() {
  const { state, since } = useTold(connection);
  const now = useNow();
  if (state !== 'lost') return null;
  return (
    <div className="lost" role="status">
      The lab does not answer: this page shows what was known {duration(Math.max(1, (now - since) / 1000))} ago. It goes on by itself, and nothing is lost.
    </div>
  );
}
