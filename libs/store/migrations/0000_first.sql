CREATE TABLE "artifacts" (
	"sha256" text PRIMARY KEY NOT NULL,
	"bytes" bigint NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "catalogues" (
	"hash" text PRIMARY KEY NOT NULL,
	"catalogue" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "run_artifacts" (
	"run_id" text NOT NULL,
	"seq" integer NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"sha256" text NOT NULL,
	CONSTRAINT "run_artifacts_run_id_seq_pk" PRIMARY KEY("run_id","seq")
);
--> statement-breakpoint
CREATE TABLE "run_events" (
	"run_id" text NOT NULL,
	"seq" integer NOT NULL,
	"attempt" integer NOT NULL,
	"time" timestamp (3) with time zone NOT NULL,
	"type" text NOT NULL,
	"body" jsonb NOT NULL,
	"bytes" integer NOT NULL,
	CONSTRAINT "run_events_run_id_seq_pk" PRIMARY KEY("run_id","seq"),
	CONSTRAINT "run_events_seq" CHECK ("run_events"."seq" >= 1)
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" text PRIMARY KEY NOT NULL,
	"number" bigint GENERATED ALWAYS AS IDENTITY (sequence name "runs_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text,
	"spec" jsonb NOT NULL,
	"dataset" text NOT NULL,
	"architecture" text NOT NULL,
	"trainer" text,
	"loss" text,
	"from_run" text,
	"needs" text[] NOT NULL,
	"status" text NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"worker_id" text,
	"lease_expires_at" timestamp (3) with time zone,
	"cancel_requested" boolean DEFAULT false NOT NULL,
	"last_seq" integer NOT NULL,
	"progress" jsonb,
	"headline" jsonb,
	"error" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "runs_number_unique" UNIQUE("number"),
	CONSTRAINT "runs_status" CHECK ("runs"."status" in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
	CONSTRAINT "runs_lease" CHECK (("runs"."status" = 'running') = ("runs"."lease_expires_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"engine" text NOT NULL,
	"device" text NOT NULL,
	"slots" integer NOT NULL,
	"catalogue_hash" text NOT NULL,
	"offers" text[] NOT NULL,
	"registered_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "run_artifacts" ADD CONSTRAINT "run_artifacts_sha256_artifacts_sha256_fk" FOREIGN KEY ("sha256") REFERENCES "public"."artifacts"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_artifacts" ADD CONSTRAINT "run_artifacts_run_id_seq_run_events_run_id_seq_fk" FOREIGN KEY ("run_id","seq") REFERENCES "public"."run_events"("run_id","seq") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_events" ADD CONSTRAINT "run_events_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workers" ADD CONSTRAINT "workers_catalogue_hash_catalogues_hash_fk" FOREIGN KEY ("catalogue_hash") REFERENCES "public"."catalogues"("hash") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "run_artifacts_by_content" ON "run_artifacts" USING btree ("sha256");--> statement-breakpoint
CREATE INDEX "runs_by_status" ON "runs" USING btree ("status","number");--> statement-breakpoint
CREATE INDEX "runs_by_dataset" ON "runs" USING btree ("dataset","number");--> statement-breakpoint
CREATE INDEX "runs_by_architecture" ON "runs" USING btree ("architecture","number");--> statement-breakpoint
CREATE INDEX "runs_by_trainer" ON "runs" USING btree ("trainer","number");--> statement-breakpoint
CREATE INDEX "runs_by_worker" ON "runs" USING btree ("worker_id") WHERE status = 'running';--> statement-breakpoint
CREATE INDEX "runs_by_lease" ON "runs" USING btree ("lease_expires_at") WHERE status = 'running';