import { lazy, Suspense, useEffect } from 'react';
import { Link, Route, Switch } from 'wouter';
import { Frame } from './frame/frame.tsx';
import { RunsPage } from './pages/runs/runs-page.tsx';
import { EmptyState } from './parts/notes.tsx';

const ApiPage = lazy(() => import('./pages/api/api-page.tsx'));
const ComparePage = lazy(() => import('./pages/compare/compare-page.tsx'));
const DrawPage = lazy(() => import('./pages/draw/draw-page.tsx'));
const PluginsPage = lazy(() => import('./pages/plugins/plugins-page.tsx'));
const SchedulesPage = lazy(() => import('./pages/schedules/schedules-page.tsx'));
const StudiesPage = lazy(() => import('./pages/studies/studies-page.tsx'));
const StudyPage = lazy(() => import('./pages/studies/study-page.tsx'));
const WorkersPage = lazy(() => import('./pages/workers/workers-page.tsx'));
const NewRunPage = lazy(() => import('./pages/new-run/new-run-page.tsx'));
const RunPage = lazy(() => import('./pages/run/run-page.tsx'));

/** Which page an address shows. All but the list of runs come when they are asked for. */
export function App() {
  return (
    <Frame>
      <Suspense fallback={<div className="loading">Loading…</div>}>
        <Switch>
          <Route path="/" component={RunsPage} />
          <Route path="/runs/:id/:view?">{({ id, view }) => <RunPage key={id} id={id} view={view ?? 'charts'} />}</Route>
          <Route path="/new" component={NewRunPage} />
          <Route path="/api" component={ApiPage} />
          <Route path="/compare" component={ComparePage} />
          <Route path="/draw" component={DrawPage} />
          <Route path="/plugins" component={PluginsPage} />
          <Route path="/schedules" component={SchedulesPage} />
          <Route path="/studies" component={StudiesPage} />
          <Route path="/studies/:id">{({ id }) => <StudyPage key={id} id={id} />}</Route>
          <Route path="/workers" component={WorkersPage} />
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Suspense>
    </Frame>
  );
}

function NotFound() {
  useEffect(() => void (document.title = 'Not found · Entropic Lab'), []);
  return (
    <EmptyState title="No page is here" action={<Link href="/">To the runs</Link>}>
      The address may have been cut off, or be of another version of the lab.
    </EmptyState>
  );
}
