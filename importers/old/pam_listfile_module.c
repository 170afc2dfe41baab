/*
 * pam_listfile_module.c - pam_listfile: who is in a list may, or may not.
 *
 * Lines are compared whole, up to a CR or the end; there are no comments. The list must be a plain
 * file that not everybody may write: a symbolic link to one denies.
 */
#include "importers/old/pam_module.h"

#include <string.h>
#include <sys/stat.h>

struct pam_list_line {
	const char *text;
	struct place where;
};

struct pam_list {
	const char *path;
	enum old_status status;
	bool usable; /* a plain file, not writable by everybody */
	struct {
		struct pam_list_line *items;
		size_t count, room;
	} lines;
	struct table by_text;
};

enum item {
	ITEM_NONE,
	ITEM_USER,
	ITEM_GROUP,
	ITEM_SHELL,
	ITEM_SESSION, /* tty, rhost, ruser: known only when somebody connects */
};

struct list_options {
	enum item item;
	bool has_sense, allows, succeeds_on_error;
	const char *path, *apply;
	bool wrong;	    /* the module gives up before it looks */
	enum pam_code code; /* and this is its answer then */
};

static enum pam_code
on_error(const struct list_options *options)
{
	return options->succeeds_on_error ? PAM_SUCCESS : PAM_SERVICE_ERR;
}

/* The first mistake gives the answer, with the onerr= that was read by then. */
static void
mistake(struct list_options *options, enum pam_code code)
{
	if (!options->wrong)
		options->code = code;
	options->wrong = true;
}

static enum item
parse_item(const char *word)
{
	static const struct {
		const char *word;
		enum item item;
	} items[] = { { "user", ITEM_USER }, { "group", ITEM_GROUP }, { "shell", ITEM_SHELL },
		{ "tty", ITEM_SESSION }, { "rhost", ITEM_SESSION }, { "ruser", ITEM_SESSION } };
	for (unsigned i = 0; i < ARRAY_LEN(items); i++)
		if (strcmp(word, items[i].word) == 0)
			return items[i].item;
	return ITEM_NONE;
}

static void
parse_option(struct list_options *options, const char *text)
{
	const char *value = strchr(text, '=');
	size_t length = value ? (size_t)(value++ - text) : 0;
	if (!value)
		return;
	if (length == 5 && memcmp(text, "onerr", 5) == 0) {
		if (strcmp(value, "succeed") == 0 || strcmp(value, "fail") == 0)
			options->succeeds_on_error = value[0] == 's';
		else
			mistake(options, PAM_SERVICE_ERR);
	} else if (length == 5 && memcmp(text, "sense", 5) == 0) {
		bool known = strcmp(value, "allow") == 0 || strcmp(value, "deny") == 0;
		if (!known)
			mistake(options, on_error(options));
		options->has_sense |= known;
		options->allows = known ? value[0] == 'a' : options->allows;
	} else if (length == 4 && memcmp(text, "file", 4) == 0) {
		options->path = value;
	} else if (length == 4 && memcmp(text, "item", 4) == 0) {
		options->item = parse_item(value);
	} else if (length == 5 && memcmp(text, "apply", 5) == 0) {
		options->apply = value;
	} else {
		mistake(options, on_error(options));
	}
}

static struct list_options
parse_options(const struct pam_handler *handler)
{
	struct list_options options = { .item = ITEM_NONE };
	ARRAY_FOREACH (argument, &handler->arguments)
		parse_option(&options, *argument);
	if (options.item == ITEM_NONE || !options.path || !options.has_sense ||
		(options.apply && (!*options.apply || strcmp(options.apply, "@") == 0)))
		mistake(&options, on_error(&options));
	/* It means nothing where the item is the user's. */
	if (options.item != ITEM_SESSION && options.item != ITEM_SHELL)
		options.apply = NULL;
	return options;
}

static void
read_lines(struct pam_list *list, struct bytes content, struct arena *arena)
{
	struct bytes line;
	for (unsigned number = 1; bytes_take_line(&content, &line); number++) {
		size_t size = strnlen(line.data, line.size);
		const char *cr = memchr(line.data, '\r', size);
		if (cr)
			size = (size_t)(cr - line.data);
		if (size)
			ARRAY_PUSH(arena, &list->lines,
				(struct pam_list_line){
					.text = arena_strndup(arena, line.data, size),
					.where = at(list->path, number),
				});
	}
	list->by_text.arena = arena;
	ARRAY_FOREACH (one, &list->lines)
		if (!table_get(&list->by_text, one->text))
			table_set(&list->by_text, one->text, one);
}

static struct pam_list *
list_of(struct old_pam *pam, const char *path)
{
	struct pam_list *list = table_get(&pam->lists, path);
	struct old_entry entry;
	struct old_file file;
	if (list)
		return list;
	list = ARENA_NEW(pam->arena, struct pam_list);
	table_set(&pam->lists, path, list);
	list->path = path;
	list->status = old_root_lstat(pam->root, path, &entry);
	list->usable = list->status == OLD_OK && S_ISREG(entry.mode) && !(entry.mode & S_IWOTH);
	if (!list->usable)
		return list;
	list->status = old_root_read(pam->root, path, OLD_FILE_LIMIT, &file);
	if (list->status == OLD_OK)
		read_lines(list, file.content, pam->arena);
	return list;
}

/* The line that the item is found by; NULL = none. */
static const struct pam_list_line *
find_line(const struct pam_attempt *attempt, const struct pam_list *list, enum item item)
{
	if (item == ITEM_USER)
		return table_get(&list->by_text, attempt->user);
	if (item == ITEM_SHELL)
		return table_get(&list->by_text, attempt->account->shell);
	ARRAY_FOREACH (line, &list->lines)
		if (pam_is_in_group(attempt, line->text))
			return line;
	return NULL;
}

static bool
applies(const struct pam_attempt *attempt, const char *apply)
{
	if (!apply)
		return true;
	return apply[0] == '@' ? pam_is_in_group(attempt, apply + 1)
			       : strcmp(attempt->user, apply) == 0;
}

static enum pam_code
ask(struct pam_attempt *attempt, const struct pam_handler *handler)
{
	struct list_options options = parse_options(handler);
	if (options.wrong)
		return options.code == PAM_SUCCESS
			? PAM_SUCCESS
			: pam_say_no(attempt, options.code, handler->where,
				  "the options of pam_listfile are wrong");
	if (!applies(attempt, options.apply))
		return PAM_IGNORE;
	if (options.item == ITEM_SESSION)
		return PAM_NOT_EVALUATED;
	if (!attempt->account && options.item != ITEM_USER && attempt->pam->other_accounts)
		return PAM_NOT_EVALUATED;
	if (!attempt->account && options.item == ITEM_SHELL)
		return on_error(&options);

	struct pam_list *list = list_of(attempt->pam, options.path);
	if (list->status == OLD_TOO_LARGE || list->status == OLD_UNREADABLE)
		return PAM_NOT_EVALUATED;
	if (list->status != OLD_OK && options.succeeds_on_error)
		return PAM_SUCCESS;
	if (list->status != OLD_OK)
		return pam_say_no(attempt, PAM_SERVICE_ERR, handler->where, "%s %s", list->path,
			old_status_text(list->status));
	if (!list->usable)
		return pam_say_no(attempt, PAM_AUTH_ERR, handler->where,
			"%s is writable by everybody or no plain file", list->path);
	const struct pam_list_line *line = find_line(attempt, list, options.item);
	if ((line != NULL) == options.allows)
		return PAM_SUCCESS;
	return pam_say_no(attempt, PAM_AUTH_ERR, line ? line->where : at(list->path, 0),
		"it is %s %s", line ? "in" : "not in", list->path);
}

static void
list_names(struct old_pam *pam, const struct pam_handler *handler,
	void (*found)(void *ctx, const char *name, struct place where), void *ctx)
{
	struct list_options options = parse_options(handler);
	if (options.wrong || options.item != ITEM_USER)
		return;
	struct pam_list *list = list_of(pam, options.path);
	ARRAY_FOREACH (line, &list->lines)
		found(ctx, line->text, line->where);
}

const struct pam_module pam_listfile_module = {
	.name = "pam_listfile",
	.call = { ask, ask, ask },
	.setcred = PAM_SUCCESS,
	.names = list_names,
};
