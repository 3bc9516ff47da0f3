/** The three calls a program needs, and one to look around. */
export const examples: readonly { readonly title: string; readonly query: string; readonly variables?: string }[] = [
  {
    title: '1. Start a run',
    query: `# Checks, records and queues a run. Keep its id.
mutation Start($input: RunSpecInput!) {
  startRun(input: $input) { id number status }
}
`,
    variables: JSON.stringify({ input: { name: 'from the API', dataset: { name: 'mnist', trainLimit: 2000, testLimit: 500 }, model: { architecture: 'lenet5' }, training: { epochs: 2 }, evaluation: { examples: 50, attacks: [{ plugin: 'fgsm', epsilon: 0.3 }] } } }, null, 2),
  },
  {
    title: '2. Follow it',
    query: `# Past and future, each event once and in order. After a lost connection, give the last seq as after.
subscription Follow($runId: ID!, $after: Int!) {
  runEvents(runId: $runId, after: $after) {
    seq
    type
    ... on ProgressEvent { progress { label done total unit remainingSeconds } }
    ... on EpochEvent { metrics { epoch cleanAccuracy entropies { networkEntropy entropyFlow } } }
    ... on FinishedEvent { status error { code message } }
  }
}
`,
    variables: JSON.stringify({ runId: 'the id that startRun gave', after: 0 }, null, 2),
  },
  {
    title: '3. Read results',
    query: `# Newest first; after: endCursor gives the next page.
query Results {
  runs(filter: { status: [succeeded] }, first: 10) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges {
      node {
        id name architecture dataset
        headline { cleanAccuracy networkEntropy entropyFlow attacks { plugin norm epsilon attackSuccessRate robustAccuracy } }
        artifacts { kind name path bytes }
      }
    }
  }
}
`,
  },
  {
    title: 'What is offered',
    query: `query Catalogue {
  plugins { kind name title norms optionsSchema }
  datasets { name trainExamples testExamples }
  architectures { name parameters }
}
`,
  },
];
