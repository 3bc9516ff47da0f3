ALTER TABLE "runs" ADD COLUMN "pool" text DEFAULT 'default' NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "priority" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "attempts_before" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "not_before" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "pools" text[] DEFAULT '{"default"}' NOT NULL;--> statement-breakpoint
CREATE INDEX "runs_in_line" ON "runs" USING btree ("pool","priority" DESC NULLS FIRST,"number") WHERE status = 'queued';