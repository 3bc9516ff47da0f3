CREATE TABLE "epochs" (
	"run_id" text NOT NULL,
	"epoch" integer NOT NULL,
	"seq" integer NOT NULL,
	"time" timestamp (3) with time zone NOT NULL,
	"metrics" jsonb NOT NULL,
	CONSTRAINT "epochs_run_id_epoch_pk" PRIMARY KEY("run_id","epoch")
);
--> statement-breakpoint
CREATE TABLE "evaluations" (
	"run_id" text NOT NULL,
	"seq" integer NOT NULL,
	"position" integer NOT NULL,
	"epoch" integer,
	"latest" boolean NOT NULL,
	"plugin" text NOT NULL,
	"version" text NOT NULL,
	"hash" text NOT NULL,
	"norm" text NOT NULL,
	"epsilon" double precision NOT NULL,
	"options" jsonb NOT NULL,
	"examples" integer NOT NULL,
	"outcomes" jsonb NOT NULL,
	"attack_success_rate" double precision,
	"attack_success_low" double precision,
	"attack_success_high" double precision,
	"robust_accuracy" double precision NOT NULL,
	"median_distance" double precision,
	"forward_calls" double precision NOT NULL,
	"backward_calls" double precision NOT NULL,
	"seconds" double precision NOT NULL,
	"verdict" text,
	CONSTRAINT "evaluations_run_id_seq_position_pk" PRIMARY KEY("run_id","seq","position"),
	CONSTRAINT "evaluations_verdict" CHECK ("evaluations"."verdict" in ('reliable', 'suspect', 'masked', 'broken'))
);
--> statement-breakpoint
CREATE TABLE "run_tags" (
	"number" bigint NOT NULL,
	"tag" text NOT NULL,
	CONSTRAINT "run_tags_number_tag_pk" PRIMARY KEY("number","tag")
);
--> statement-breakpoint
CREATE TABLE "run_values" (
	"number" bigint NOT NULL,
	"name" text NOT NULL,
	"value" double precision NOT NULL,
	CONSTRAINT "run_values_number_name_pk" PRIMARY KEY("number","name")
);
--> statement-breakpoint
CREATE TABLE "run_words" (
	"number" bigint NOT NULL,
	"name" text NOT NULL,
	"word" text NOT NULL,
	CONSTRAINT "run_words_number_name_pk" PRIMARY KEY("number","name")
);
--> statement-breakpoint
CREATE TABLE "standings" (
	"number" bigint NOT NULL,
	"dataset" text NOT NULL,
	"norm" text NOT NULL,
	"epsilon" double precision NOT NULL,
	"robust_accuracy" double precision NOT NULL,
	"clean_accuracy" double precision NOT NULL,
	"examples" integer NOT NULL,
	"attacks" text[] NOT NULL,
	CONSTRAINT "standings_number_norm_epsilon_pk" PRIMARY KEY("number","norm","epsilon")
);
--> statement-breakpoint
CREATE TABLE "studies" (
	"id" text PRIMARY KEY NOT NULL,
	"number" bigint GENERATED ALWAYS AS IDENTITY (sequence name "studies_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text,
	"spec" jsonb NOT NULL,
	"run_count" integer NOT NULL,
	"concurrency" integer,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "studies_number_unique" UNIQUE("number"),
	CONSTRAINT "studies_concurrency" CHECK ("studies"."concurrency" >= 1)
);
--> statement-breakpoint
CREATE TABLE "tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	CONSTRAINT "tokens_role" CHECK ("tokens"."role" in ('viewer', 'operator', 'worker', 'admin'))
);
--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "verdict" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "notes" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "archived_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "study_id" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "study_index" integer;--> statement-breakpoint
ALTER TABLE "epochs" ADD CONSTRAINT "epochs_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_run_id_seq_run_events_run_id_seq_fk" FOREIGN KEY ("run_id","seq") REFERENCES "public"."run_events"("run_id","seq") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_tags" ADD CONSTRAINT "run_tags_number_runs_number_fk" FOREIGN KEY ("number") REFERENCES "public"."runs"("number") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_values" ADD CONSTRAINT "run_values_number_runs_number_fk" FOREIGN KEY ("number") REFERENCES "public"."runs"("number") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_words" ADD CONSTRAINT "run_words_number_runs_number_fk" FOREIGN KEY ("number") REFERENCES "public"."runs"("number") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "standings" ADD CONSTRAINT "standings_number_runs_number_fk" FOREIGN KEY ("number") REFERENCES "public"."runs"("number") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "evaluations_by_attack" ON "evaluations" USING btree ("plugin","epsilon","attack_success_rate") WHERE latest;--> statement-breakpoint
CREATE INDEX "run_tags_in_order" ON "run_tags" USING btree ("tag","number");--> statement-breakpoint
CREATE INDEX "run_values_in_order" ON "run_values" USING btree ("name","value","number");--> statement-breakpoint
CREATE INDEX "run_words_in_order" ON "run_words" USING btree ("name","word","number");--> statement-breakpoint
CREATE INDEX "standings_in_order" ON "standings" USING btree ("dataset","norm","epsilon","robust_accuracy","number");--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_study_id_studies_id_fk" FOREIGN KEY ("study_id") REFERENCES "public"."studies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "runs_by_verdict" ON "runs" USING btree ("verdict","number") WHERE verdict is not null;--> statement-breakpoint
CREATE INDEX "runs_by_study" ON "runs" USING btree ("study_id","study_index") WHERE study_id is not null;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_verdict" CHECK ("runs"."verdict" in ('reliable', 'suspect', 'masked', 'broken'));--> statement-breakpoint
DROP TRIGGER "runs_note_change" ON "runs";
--> statement-breakpoint
CREATE TRIGGER "runs_note_change" BEFORE INSERT OR UPDATE OF "status", "attempt", "worker_id", "cancel_requested", "not_before", "last_seq", "progress", "headline", "error", "verdict", "notes", "archived_at" ON "runs"
FOR EACH ROW EXECUTE FUNCTION "runs_note_change"();
