/*
 * fuzz_plan.c - plans and their secrets from strangers.
 *
 * What is accepted must be written to bytes that read back to the same bytes; what is refused has
 * an error.
 */
#include "core/plan/codec.h"
#include "tests/fuzz/must.h"

static bool
decode(struct bytes json, struct arena *arena, struct plan **ret_plan)
{
	struct diags diags = { .arena = arena };
	bool good = plan_decode(json, "fuzz", arena, ret_plan, &diags);
	MUST(good == (diags.errors == 0));
	return good;
}

static void
try_plan(struct bytes json, struct arena *arena)
{
	AUTO_BUFFER struct buffer once = { 0 }, twice = { 0 }, report = { 0 };
	struct plan *plan, *again;
	if (!decode(json, arena, &plan))
		return;
	plan_encode(plan, &once);
	MUST(decode(buffer_bytes(&once), arena, &again));
	plan_encode(again, &twice);
	MUST(strcmp(buffer_text(&once), buffer_text(&twice)) == 0);
	plan_report(plan, &report);
}

static void
try_secrets(struct bytes json, struct arena *arena)
{
	AUTO_BUFFER struct buffer once = { 0 }, twice = { 0 };
	struct diags diags = { .arena = arena };
	struct plan_secrets secrets, again;
	bool good = plan_secrets_decode(json, "fuzz", arena, &secrets, &diags);
	MUST(good == (diags.errors == 0));
	if (!good)
		return;
	plan_secrets_encode(&secrets, &once);
	MUST(plan_secrets_decode(buffer_bytes(&once), "fuzz", arena, &again, &diags));
	plan_secrets_encode(&again, &twice);
	MUST(strcmp(buffer_text(&once), buffer_text(&twice)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct bytes json = { size ? arena_copy(&arena, data, size) : NULL, size };
	try_plan(json, &arena);
	try_secrets(json, &arena);
	return 0;
}
