/** A lab as it might be after years, for benchmarks and query plans. */
export interface FillOptions {
  readonly runs: number;
  /** Of each run that trained. */
  readonly epochs: number;
}

/** A share from 0 to below 1 that looks like chance, of a run's number and what it is for: shares of two kinds tell nothing of one another. */
const share = (salt: number) => `((hashint8extended(n, ${salt}) & 1048575) / 1048576.0)`;

/**
 * Statements that fill an empty, migrated database: runs over five data sets and four losses, one in ten not ended, two
 * attacks each, an audit of one in eight, a tag on one in twenty and two on one in sixty. Foreign keys and triggers are off while they run, for the rows are consistent.
 */
export function fillStatements({ runs, epochs }: FillOptions): string[] {
  const spec = `jsonb_build_object('seed', n % 1000, 'name', name, 'dataset', jsonb_build_object('name', dataset, 'options', '{}'::jsonb), 'model', jsonb_build_object('architecture', 'lenet5', 'options', '{}'::jsonb),
    'training', jsonb_build_object('epochs', ${epochs}, 'batchSize', 64, 'trainer', jsonb_build_object('kind', 'standard'), 'loss', jsonb_build_object('plugin', loss, 'options', jsonb_build_object('lambda', lambda)),
      'optimizer', jsonb_build_object('kind', 'adam', 'learningRate', rate)),
    'evaluation', jsonb_build_object('attacks', '[{"plugin": "pgd", "norm": "linf", "epsilon": 0.3, "options": {}}, {"plugin": "fgsm", "norm": "linf", "epsilon": 0.1, "options": {}}]'::jsonb, 'everyEpochs', 0, 'batchSize', 250))`;
  return [
    'set session_replication_role = replica',
    `create temporary table made as select n, 'r' || lpad(n::text, 11, '0') as id, 'run ' || (n * 7919 % 1000003) as name,
      (array['mnist', 'mnist', 'fashion-mnist', 'cifar10', 'own'])[1 + (n * 31 % 5)] as dataset, (array['cross-entropy', 'entropic', 'entropic', 'margin'])[1 + (n * 17 % 4)] as loss,
      round(${share(1)} * 40) / 10 as lambda, power(10, -1 - round(${share(2)} * 30) / 10) as rate, ${share(3)} as accuracy, ${share(4)} as broken,
      timestamptz '2026-01-01' + n * interval '5 minutes' as created, case when n % 10 = 0 then 'queued' when n % 33 = 0 then 'failed' else 'succeeded' end as status
      from generate_series(1, ${runs}) as n`,
    `insert into runs (id, number, name, spec, dataset, architecture, trainer, loss, needs, status, attempt, last_seq, created_at, started_at, finished_at, verdict, headline)
      overriding system value
      select id, n, name, ${spec}, dataset, 'lenet5', 'standard', loss, array['dataset:' || dataset], status, 1, 3, created, created, case when status <> 'queued' then created + interval '1 hour' end,
        case when status = 'succeeded' and n % 7 = 0 then (array['reliable', 'suspect', 'suspect', 'masked', 'broken'])[1 + (n * 13 % 5)] end,
        case when status = 'succeeded' then jsonb_build_object('epoch', null, 'cleanAccuracy', accuracy, 'networkEntropy', -accuracy, 'entropyFlow', 40 * broken, 'medianLogitMargin', 5, 'zeroGradientShare', 0, 'saturatedShare', 0,
          'attacks', jsonb_build_array(jsonb_build_object('plugin', 'pgd', 'norm', 'linf', 'epsilon', 0.3, 'attackSuccessRate', broken, 'robustAccuracy', accuracy * (1 - broken), 'medianDistance', 0.3))) end from made`,
    `insert into run_values (number, name, value) select n, v.name, v.value from made cross join lateral (values
      ('seed', (n % 1000)::float8), ('training.epochs', ${epochs}), ('training.batchSize', 64), ('training.loss.options.lambda', lambda), ('training.optimizer.learningRate', rate),
      ('createdAt', extract(epoch from created)), ('startedAt', extract(epoch from created)), ('finishedAt', case when status <> 'queued' then extract(epoch from created) + 3600 end),
      ('cleanAccuracy', case when status = 'succeeded' then accuracy end), ('networkEntropy', case when status = 'succeeded' then -accuracy end), ('entropyFlow', case when status = 'succeeded' then 40 * broken end),
      ('robustAccuracy', case when status = 'succeeded' then accuracy * (1 - broken) end), ('attackSuccessRate', case when status = 'succeeded' then broken end),
      ('attackSuccessRate/pgd/linf/0.3', case when status = 'succeeded' then broken end)) as v(name, value) where v.value is not null`,
    `insert into run_words (number, name, word) select n, v.name, v.word from made cross join lateral (values
      ('name', name), ('dataset.name', dataset), ('model.architecture', 'lenet5'), ('training.trainer.kind', 'standard'), ('training.loss.plugin', loss), ('training.optimizer.kind', 'adam'),
      ('version/loss', case when status <> 'queued' then '000000001.0000000' || (10 + n * 29 % 6) || '.000000000 000000001' end),
      ('version/attack/pgd', case when status = 'succeeded' then '000000001.0000000' || (10 + n * 23 % 4) || '.000000000 000000001' end)) as v(name, word) where v.word is not null`,
    `insert into run_tags (number, tag) select n, case when n % 40 = 1 then 'paper' else 'again' end from made where n % 20 = 1
      union all select n, 'all' from made where n % 60 = 1`,
    `insert into evaluations (run_id, number, seq, position, latest, plugin, version, hash, norm, epsilon, options, examples, outcomes, attack_success_rate, robust_accuracy, forward_calls, backward_calls, seconds)
      select id, n, 2, v.position, true, v.plugin, '1.0.0', repeat('a', 64), 'linf', v.epsilon, '{}', 1000, '{"found": 0, "notFound": 0, "error": 0, "outOfBudget": 0, "skippedMisclassified": 0}', v.rate, accuracy * (1 - v.rate), 40, 40, 1
      from made cross join lateral (values (0, 'pgd', 0.3, broken), (1, 'fgsm', 0.1, broken / 2)) as v(position, plugin, epsilon, rate) where status = 'succeeded'`,
    `insert into standings (number, dataset, norm, epsilon, robust_accuracy, clean_accuracy, examples, attacks)
      select n, dataset, 'linf', v.epsilon, accuracy * (1 - v.rate), accuracy, 1000, array[v.plugin] from made cross join lateral (values ('pgd', 0.3, broken), ('fgsm', 0.1, broken / 2)) as v(plugin, epsilon, rate) where status = 'succeeded'`,
    `insert into epochs (run_id, epoch, seq, time, metrics) select id, e, e + 1, created + e * interval '30 seconds',
      jsonb_build_object('epoch', e, 'cleanAccuracy', accuracy * (1 - 1.0 / (e + 1)), 'loss.total', 1.0 / e, 'learningRate', rate, 'networkEntropy', -accuracy, 'entropyFlow', 40 * broken)
      from made cross join generate_series(1, ${epochs}) as e`,
    'set session_replication_role = default',
    'drop table made',
    'vacuum analyze',
  ];
}
