-- Versions as libs/store/src/results/versions.ts writes them, of runs that were recorded before: each number padded to nine digits.
WITH "told" AS (
  SELECT DISTINCT "number", 'version/attack/' || "plugin" AS "name", "version" FROM "evaluations" WHERE "latest"
  UNION
  SELECT "runs"."number", 'version/loss', "plugin" ->> 'version' FROM "runs"
  JOIN "workers" ON "workers"."id" = "runs"."worker_id"
  JOIN "catalogues" ON "catalogues"."hash" = "workers"."catalogue_hash"
  CROSS JOIN LATERAL jsonb_array_elements("catalogues"."catalogue" -> 'plugins') "plugin"
  WHERE "plugin" ->> 'kind' = 'loss' AND "plugin" ->> 'name' = "runs"."loss"
), "marked" AS (
  SELECT "number", "name", CASE WHEN "version" LIKE '%-%' THEN regexp_replace("version", '-', ' 0 ') ELSE "version" || ' 1' END AS "version" FROM "told"
)
INSERT INTO "run_words" ("number", "name", "word")
SELECT "number", left("name", 500), left(regexp_replace(regexp_replace("version", '([0-9]+)', '00000000\1', 'g'), '0*([0-9]{9,})', '\1', 'g'), 500) FROM "marked"
ON CONFLICT ("number", "name") DO NOTHING;
