DROP INDEX "runs_by_status";--> statement-breakpoint
DROP INDEX "runs_by_dataset";--> statement-breakpoint
DROP INDEX "evaluations_by_attack";--> statement-breakpoint
ALTER TABLE "evaluations" ADD COLUMN "number" bigint;--> statement-breakpoint
UPDATE "evaluations" SET "number" = "runs"."number" FROM "runs" WHERE "runs"."id" = "evaluations"."run_id";--> statement-breakpoint
ALTER TABLE "evaluations" ALTER COLUMN "number" SET NOT NULL;--> statement-breakpoint
CREATE INDEX "runs_listed" ON "runs" USING btree ("number") WHERE archived_at is null;--> statement-breakpoint
CREATE INDEX "evaluations_of_run" ON "evaluations" USING btree ("number","plugin","epsilon","attack_success_rate") WHERE latest;--> statement-breakpoint
CREATE INDEX "runs_by_status" ON "runs" USING btree ("status","number","archived_at");--> statement-breakpoint
CREATE INDEX "runs_by_dataset" ON "runs" USING btree ("dataset","number","archived_at");--> statement-breakpoint
CREATE INDEX "evaluations_by_attack" ON "evaluations" USING btree ("plugin","epsilon","attack_success_rate","number") WHERE latest;