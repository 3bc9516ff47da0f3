ALTER TABLE "studies" ALTER COLUMN "spec" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "study_key" text;--> statement-breakpoint
ALTER TABLE "studies" ADD COLUMN "key" text;--> statement-breakpoint
ALTER TABLE "studies" ADD COLUMN "plan" jsonb;--> statement-breakpoint
ALTER TABLE "studies" ADD CONSTRAINT "studies_key_unique" UNIQUE("key");--> statement-breakpoint
ALTER TABLE "studies" ADD CONSTRAINT "studies_kind" CHECK (("studies"."spec" is null) = ("studies"."plan" is not null) and ("studies"."key" is null) = ("studies"."plan" is null));