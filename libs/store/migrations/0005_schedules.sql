CREATE TABLE "schedules" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"cron" text NOT NULL,
	"time_zone" text NOT NULL,
	"spec" jsonb NOT NULL,
	"next_at" timestamp (3) with time zone,
	"last_at" timestamp (3) with time zone,
	"last_run" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "left_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "schedules_by_time" ON "schedules" USING btree ("next_at");