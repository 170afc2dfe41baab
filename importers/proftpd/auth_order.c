/*
 * auth_order.c - which authentication modules a context asks, and in which order.
 *
 * Without AuthOrder every module answers, the one that was loaded last first. With it only those
 * that it lists do, by their exact names; one that is not loaded is passed over. mod_auth_pam is
 * different: it knows nobody, and is asked for passwords before everyone else.
 */
#include <string.h>
#include <strings.h>

#include "importers/proftpd/auth_module.h"
#include "importers/proftpd/sql.h"

static const struct pro_line *
auth_order_line(const struct pro_auth_input *input)
{
	const struct pro_line *line = pro_find(input->server, "AuthOrder");
	return line && line->words.count > 0 ? line : NULL;
}

/* The word of AuthOrder that lists the module, with or without '*'; NULL = it does not. */
static const char *
listed(const struct pro_line *order, const char *module)
{
	const size_t length = strlen(module);
	for (size_t i = 0; i < order->words.count; i++) {
		const char *word = order->words.items[i];
		if (strncmp(word, module, length) == 0 &&
			(!word[length] || strcmp(word + length, "*") == 0))
			return word;
	}
	return NULL;
}

/* False when the module has no users for this context, or is none that has any. */
static bool
make_module(const struct pro_auth_input *input, const char *name, struct pro_module *ret_module,
	struct diags *diags)
{
	if (strcmp(name, "mod_auth_file.c") == 0)
		return pro_auth_file_module(input, ret_module);
	if (strcmp(name, "mod_auth_unix.c") == 0) {
		pro_auth_unix_module(input, ret_module);
		return true;
	}
	if (strcmp(name, "mod_sql.c") == 0)
		return pro_sql_module(input, ret_module, diags);
	return pro_auth_foreign_module(input, name, ret_module, diags);
}

static void
add_modules(const struct pro_auth_input *input, const struct pro_line *order_line,
	struct pro_order *order, struct diags *diags)
{
	const struct string_list *loaded = &input->config->modules;
	const struct string_list *asked = order_line ? &order_line->words : loaded;
	for (size_t i = 0; i < asked->count; i++) {
		const char *word = asked->items[order_line ? i : asked->count - 1 - i];
		const size_t length = strlen(word);
		const bool authoritative = order_line && length > 0 && word[length - 1] == '*';
		const char *name =
			arena_strndup(input->arena, word, length - (authoritative ? 1 : 0));
		struct pro_module module = { 0 };
		if (!pro_has_module(input->config, name) ||
			!make_module(input, name, &module, diags))
			continue;
		module.authoritative = authoritative;
		ARRAY_PUSH(input->arena, &order->asked, module);
	}
	for (size_t i = 0; order_line && i < loaded->count; i++) {
		struct pro_module module = { 0 };
		if (!listed(order_line, loaded->items[i]) &&
			make_module(input, loaded->items[i], &module, diags))
			ARRAY_PUSH(input->arena, &order->ignored, module);
	}
}

static void
add_pam(const struct pro_auth_input *input, const struct pro_line *order_line,
	struct pro_order *order)
{
	const char *word = order_line ? listed(order_line, "mod_auth_pam.c") : "mod_auth_pam.c";
	order->pam = word && pro_has_module(input->config, "mod_auth_pam.c") &&
		pro_switch(input->server, "AuthPAM", true);
	order->pam_authoritative = order->pam && word[strlen(word) - 1] == '*';

	const struct pro_line *service = pro_find(input->server, "AuthPAMConfig");
	order->pam_service = service ? pro_word(service, 0) : NULL;
	if (order->pam_service)
		order->pam_where = service->where;
	else
		order->pam_service = old_root_is_debian(input->root) ? "proftpd" : "ftp";
}

void
pro_order_read(const struct pro_auth_input *input, struct pro_order *ret_order, struct diags *diags)
{
	const struct pro_line *order_line = auth_order_line(input);
	struct pro_order order = { 0 };
	add_modules(input, order_line, &order, diags);
	add_pam(input, order_line, &order);
	if (pro_has_module(input->config, "mod_auth_otp.c") &&
		pro_switch(input->server, "AuthOTPEngine", false) &&
		(!order_line || listed(order_line, "mod_auth_otp.c")))
		order.one_time = pro_find(input->server, "AuthOTPEngine");
	*ret_order = order;
}
