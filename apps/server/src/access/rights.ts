import type { Role } from '@entropic-lab/protocol';

/** What somebody may want to do. */
export type Right = 'read' | 'operate' | 'work' | 'administer';

/** What each role may. */
export const rightsOf: Readonly<Record<Role, readonly Right[]>> = {
  viewer: ['read'],
  operator: ['read', 'operate'],
  worker: ['work'],
  admin: ['read', 'operate', 'work', 'administer'],
};

/** Which right each operation needs; where there are several, any of them will do. One line an operation. */
export const needed: Readonly<Record<string, readonly Right[]>> = {
  'Query.architectures': ['read'],
  'Query.boards': ['read'],
  'Query.compareRuns': ['read'],
  'Query.datasets': ['read'],
  'Query.examples': ['read'],
  'Query.lab': ['read', 'work'],
  'Query.leaderboard': ['read'],
  'Query.metricNames': ['read'],
  'Query.pairedTest': ['read'],
  'Query.plugins': ['read'],
  // A worker looks up the weights that another run kept.
  'Query.run': ['read', 'work'],
  'Query.runs': ['read'],
  'Query.schedules': ['read'],
  'Query.series': ['read'],
  'Query.studies': ['read'],
  'Query.study': ['read'],
  'Query.tags': ['read'],
  'Query.tokens': ['administer'],
  'Query.workers': ['read'],
  'Mutation.archiveRuns': ['operate'],
  'Mutation.cancelRun': ['operate'],
  'Mutation.cancelStudy': ['operate'],
  'Mutation.claimRun': ['work'],
  'Mutation.createSchedule': ['operate'],
  'Mutation.createToken': ['administer'],
  'Mutation.deleteRuns': ['operate'],
  'Mutation.finishRun': ['work'],
  'Mutation.leaveLab': ['work'],
  'Mutation.planStudy': ['operate'],
  'Mutation.registerWorker': ['work'],
  'Mutation.removeSchedule': ['operate'],
  'Mutation.renewLease': ['work'],
  'Mutation.reportEvents': ['work'],
  'Mutation.reportLoad': ['work'],
  'Mutation.retryRun': ['operate'],
  'Mutation.revokeToken': ['administer'],
  'Mutation.setRunNotes': ['operate'],
  'Mutation.startRun': ['operate'],
  'Mutation.sweep': ['operate'],
  'Mutation.tagRuns': ['operate'],
  'Subscription.leaseState': ['work'],
  'Subscription.runEvents': ['read'],
  'Subscription.runsChanged': ['read'],
  'Subscription.workersChanged': ['read'],
  'GET /artifacts': ['read', 'work'],
  'PUT /artifacts': ['work'],
  'GET /export': ['read'],
  'GET /metrics': ['read'],
};
