import { errorCodes, type ErrorCode } from '@entropic-lab/protocol';
import { builder } from './builder.ts';

export const NormEnum = builder.enumType('Norm', {
  description: 'Norm in which a perturbation is measured.',
  values: {
    linf: { description: 'Largest absolute change of a pixel.' },
    l2: { description: 'Root of the sum of squared changes.' },
    l1: { description: 'Sum of absolute changes.' },
  } as const,
});

export const DeviceKindEnum = builder.enumType('DeviceKind', {
  description: 'What computes.',
  values: { cpu: { description: 'The processor.' }, gpu: { description: 'A graphics card.' } } as const,
});

export const ShownEnum = builder.enumType('Shown', {
  description: 'What an attack takes for the logits.',
  values: {
    logits: { description: 'The logits: right.' },
    probabilities: { description: 'The softmax output, as a model that ends in one gives it: a mistake, kept to repeat results that rest on it.' },
  } as const,
});

export const RunStatusEnum = builder.enumType('RunStatus', {
  description: 'Where a run stands.',
  values: {
    queued: { description: 'Waits for a worker.' },
    running: { description: 'A worker holds its lease and computes it.' },
    succeeded: { description: 'Ended with all its results.' },
    failed: { description: 'Ended with an error.' },
    cancelled: { description: 'Ended because somebody asked for it.' },
  } as const,
});

export const EndingEnum = builder.enumType('RunEnding', {
  description: 'How a run ended.',
  values: {
    succeeded: { description: 'With all its results.' },
    failed: { description: 'With an error.' },
    cancelled: { description: 'Because somebody asked for it.' },
  } as const,
});

export const PluginKindEnum = builder.enumType('PluginKind', {
  description: 'What a plugin is.',
  values: { attack: { description: 'Searches for adversarial examples.' }, loss: { description: 'What training minimizes.' } } as const,
});

export const LeaseStateEnum = builder.enumType('LeaseState', {
  description: 'What the server tells a worker of a lease.',
  values: {
    held: { description: 'The run is yours; go on.' },
    cancelRequested: { description: 'Still yours; stop soon and finish it as cancelled.' },
    lost: { description: 'No longer yours; drop it.' },
  } as const,
});

export const PhaseEnum = builder.enumType('Phase', {
  description: 'What a worker is doing for a run.',
  values: { prepare: { description: 'Opens data and network.' }, train: { description: 'Trains.' }, evaluate: { description: 'Measures and attacks.' } } as const,
});

export const LogLevelEnum = builder.enumType('LogLevel', {
  description: 'How serious a message is.',
  values: { info: { description: 'Good to know.' }, warn: { description: 'Look at it.' }, error: { description: 'Something failed.' } } as const,
});

export const ArtifactKindEnum = builder.enumType('ArtifactKind', {
  description: 'What an artifact is.',
  values: {
    weights: { description: 'Final weights, safetensors.' },
    checkpoint: { description: 'State from which training goes on.' },
    onnx: { description: 'The network as an ONNX graph.' },
    images: { description: 'Adversarial images.' },
    audit: { description: 'Lines of an audit so far, from which another attempt goes on.' },
  } as const,
});

export const OutcomeEnum = builder.enumType('Outcome', {
  description: 'What became of one example under attack. No image stands for a failed search.',
  values: {
    found: { description: 'An adversarial example within the threat model.' },
    notFound: { description: 'None.' },
    error: { description: 'The attack threw.' },
    outOfBudget: { description: 'A limit on calls or time was reached.' },
    skippedMisclassified: { description: 'Not attacked, for it was misclassified already.' },
  } as const,
});

export const ErrorCodeEnum = builder.enumType('ErrorCode', {
  description: 'What kind of error. Codes are added, never changed. The same codes are in `extensions.code` of the errors of an answer.',
  values: Object.fromEntries(Object.entries(errorCodes).map(([code, description]) => [code, { description }])) as Record<ErrorCode, { description: string }>,
});

export const TargetEnum = builder.enumType('Target', {
  description: 'The class that a targeted attack is to reach for each example.',
  values: {
    next: { description: 'The one after its label; after the last the first.' },
    random: { description: 'Another than its label, drawn by the seed.' },
  } as const,
});
