CREATE TABLE "deleted_runs" (
	"id" text PRIMARY KEY NOT NULL,
	"changed" "xid8" DEFAULT pg_current_xact_id() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "deleted_runs_by_change" ON "deleted_runs" USING btree ("changed","id");--> statement-breakpoint
CREATE FUNCTION "runs_note_deletion"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "deleted_runs" ("id") VALUES (OLD."id") ON CONFLICT ("id") DO UPDATE SET "changed" = pg_current_xact_id();
  PERFORM pg_notify('entropic_lab', 'runs');
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "runs_note_deletion" AFTER DELETE ON "runs"
FOR EACH ROW EXECUTE FUNCTION "runs_note_deletion"();
