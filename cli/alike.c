/*
 * alike.c - kinds, and what makes two changes the same to a reader; see alike.h.
 */
#include "cli/alike.h"

#include <stdlib.h>

#include "core/base/buffer.h"
#include "core/model/account.h"

static void
add_text(struct buffer *kind, const char *text)
{
	buffer_add_text(kind, text ? text : "");
	buffer_add_char(kind, '\n');
}

static void
add_texts(struct buffer *kind, const struct string_list *texts)
{
	ARRAY_FOREACH (text, texts)
		add_text(kind, *text);
	buffer_add_char(kind, '\n');
}

static void
add_facts(struct buffer *kind, const struct account_facts *facts)
{
	add_text(kind, facts->layout);
	add_texts(kind, &facts->folders);
	add_texts(kind, &facts->groups);
	add_text(kind, facts->profile);
	add_text(kind, facts->shell);
	buffer_printf(kind, "%d %d %d %d %d\n", facts->password, facts->keys.count > 0,
		facts->disabled, facts->staged, facts->expires == ACCOUNT_NEVER);
}

static void
add_kind(struct buffer *kind, const struct change *change)
{
	add_text(kind, change_word(change));
	buffer_printf(kind, "%d %d\n", change->nss, change->left_out);
	if (change->has_after)
		add_facts(kind, &change->after);
	ARRAY_FOREACH (line, &change->lines) {
		if (!line->detail)
			add_text(kind, line->label);
	}
	ARRAY_FOREACH (diag, &change->findings) {
		buffer_printf(kind, "%d ", diag->level);
		add_text(kind, diag->code ? diag->code : diag->place.field);
	}
}

void
alike_init(struct alike_list *list, struct arena *arena)
{
	*list = (struct alike_list){ .arena = arena, .by_kind = { .arena = arena } };
}

void
alike_add(struct alike_list *list, const char *kind, const void *item)
{
	struct alike *alike = table_get(&list->by_kind, kind);
	if (!alike) {
		alike = ARENA_NEW(list->arena, struct alike);
		alike->kind = arena_strdup(list->arena, kind);
		table_set(&list->by_kind, alike->kind, alike);
		ARRAY_PUSH(list->arena, list, alike);
	}
	ARRAY_PUSH(list->arena, alike, item);
}

void
alike_add_change(struct alike_list *list, const struct change *change)
{
	AUTO_BUFFER struct buffer kind = { 0 };
	add_kind(&kind, change);
	alike_add(list, buffer_text(&kind), change);
}

/* Of two that are as many, the one with the lower login: the plan is sorted by it. */
static int
compare(const void *a, const void *b)
{
	const struct alike *x = *(struct alike *const *)a, *y = *(struct alike *const *)b;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

void
alike_sort(struct alike_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		list->items[i]->order = i;
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare);
}

void
alike_range(const struct paint *paint, const char *first, const char *last, size_t count)
{
	paint_text(paint, first);
	if (count < 2)
		return;
	buffer_add_text(paint->out, count == 2 ? " and " : " to ");
	paint_text(paint, last);
}
