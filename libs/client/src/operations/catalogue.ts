import type { ResultOf } from 'gql.tada';
import { graphql } from '../graphql.ts';

export const Plugins = graphql(`
  query Plugins($kind: PluginKind) {
    plugins(kind: $kind) {
      kind name version package hash title summary citation { authors title year url } norms needs optionsSchema normDefaults presets
    }
  }
`);
export type Plugin = ResultOf<typeof Plugins>['plugins'][number];

export const Datasets = graphql(`
  query Datasets { datasets { name title inputShape classes bounds { min max } trainExamples testExamples optionsSchema } }
`);
export type Dataset = ResultOf<typeof Datasets>['datasets'][number];

export const Architectures = graphql(`query Architectures { architectures { name title inputShape classes parameters pretrained optionsSchema } }`);
export type Architecture = ResultOf<typeof Architectures>['architectures'][number];

export const WorkerFields = graphql(`fragment WorkerFields on Worker { id name engine device load { utilization memoryUsedMiB memoryTotalMiB powerWatts } slots pools running catalogueHash registeredAt lastSeenAt }`);
export const Workers = graphql(`query Workers { workers { ...WorkerFields } }`, [WorkerFields]);
export const WorkersChanged = graphql(`subscription WorkersChanged { workersChanged { ...WorkerFields } }`, [WorkerFields]);
export type Worker = ResultOf<typeof Workers>['workers'][number];

export const Lab = graphql(`query Lab { lab { version database time } }`);
export type Lab = ResultOf<typeof Lab>['lab'];
