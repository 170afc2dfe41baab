/*
 * completion_zsh.c - the script for zsh; see completion.h.
 *
 * A file of that name in fpath, or text for eval. _arguments gets the options of the command that
 * stands on the line, wherever it stands.
 */
#include <string.h>

#include "cli/completion.h"

static const char opening[] =
	"#compdef rehome\n"
	"# zsh completion for rehome, made by: rehome completion zsh\n"
	"\n"
	"_rehome_list() {\n"
	"\tlocal -a found\n"
	"\tfound=(${(f)\"$(\"$program\" $globals completion --names $1 2>/dev/null "
	"</dev/null)\"})\n"
	"\tcompadd -S '' -- ${(M)found:#*:}\n"
	"\tcompadd -- ${found:#*:}\n"
	"}\n"
	"\n"
	"_rehome_offer() {\n"
	"\tlocal offer\n"
	"\tfor offer; do\n"
	"\t\tcase $offer in\n"
	"\t\t@files) _files ;;\n"
	"\t\t@dirs) _files -/ ;;\n"
	"\t\t@logins) _users ;;\n"
	"\t\t@sources) if compset -P 1 '*:'; then _files; else _rehome_list sources; fi ;;\n"
	"\t\t@*) _rehome_list ${offer#@} ;;\n"
	"\t\t*) compadd -- $offer ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"}\n"
	"\n"
	"_rehome_commands() {\n"
	"\tlocal -a list\n"
	"\tlist=(\n";

static const char walking[] = "\t)\n"
			      "\t_describe -t commands command list\n"
			      "}\n"
			      "\n"
			      "_rehome() {\n"
			      "\tlocal program=$words[1] command word context state line i\n"
			      "\tlocal -A opt_args\n"
			      "\tlocal -a globals options operands\n"
			      "\tfor ((i = 2; i < CURRENT; i++)); do\n"
			      "\t\tword=$words[i]\n"
			      "\t\tcase $word in\n"
			      "\t\t--) break ;;\n";

static const char middle[] = "\t\t-?*) ;;\n"
			     "\t\t*) command=${command:-$word} ;;\n"
			     "\t\tesac\n"
			     "\tdone\n";

static const char closing[] = "\tesac\n"
			      "\t_arguments -s -S $options '1:command:_rehome_commands' $operands\n"
			      "}\n"
			      "\n"
			      "if [[ $funcstack[1] == _rehome ]]; then\n"
			      "\t_rehome \"$@\"\n"
			      "else\n"
			      "\tcompdef _rehome rehome\n"
			      "fi\n";

/* Within single quotes; and where special is given, a backslash before each of these. */
static void
add_quoted(const char *text, const char *special, struct buffer *out)
{
	for (; *text; text++) {
		if (*text == '\'')
			buffer_add_text(out, "'\\''");
		else if (strchr(special, *text))
			buffer_printf(out, "\\%c", *text);
		else
			buffer_add_char(out, *text);
	}
}

struct writing {
	struct arena *arena;
	struct buffer *out;
};

/* ---- the walk over the words ---- */

static void
add_valued(void *ctx, const struct option_spec *option, bool is_global)
{
	struct buffer *out = ctx;
	if (is_global)
		buffer_printf(out, "\t\t--%s=*) globals+=($word) ;;\n", option->name);
	buffer_printf(out, "\t\t--%s", option->name);
	if (option->letter)
		buffer_printf(out, "|-%c", option->letter);
	buffer_printf(
		out, ") %s((i++)) ;;\n", is_global ? "globals+=($word \"${words[i + 1]}\"); " : "");
}

/* ---- what _arguments gets ---- */

/* '(-c --config)'{-c,--config}'[help]:FILE: _rehome_offer @files' */
static void
add_option(void *ctx, const struct option_spec *option)
{
	struct writing *writing = ctx;
	struct buffer *out = writing->out;
	bool repeats = option->type == OPTION_LIST, flag = option->type == OPTION_FLAG;
	const char *sign = flag ? "" : "=";
	const char *argument = option->choices ? "value"
		: option->argument	       ? option->argument
					       : "VALUE";
	buffer_add_text(out, "\t\t");
	if (option->letter && !repeats)
		buffer_printf(out, "'(-%c --%s)'", option->letter, option->name);
	if (option->letter)
		buffer_printf(out, "%s{-%c%s,--%s%s}", repeats ? "'*'" : "", option->letter,
			flag ? "" : "+", option->name, sign);
	else
		buffer_printf(out, "'%s--%s%s'", repeats ? "*" : "", option->name, sign);
	buffer_add_text(out, "'[");
	add_quoted(option->help, "[]\\:", out);
	buffer_add_char(out, ']');
	if (!flag) {
		buffer_add_char(out, ':');
		add_quoted(argument, "\\:", out);
		buffer_printf(out, ": _rehome_offer %s",
			completion_option_offers(option, writing->arena));
	}
	buffer_add_text(out, "'\n");
}

static void
add_operands(const struct command *command, struct arena *arena, struct buffer *out)
{
	const char *offers;
	bool last = false;
	size_t index = 0;
	while ((offers = completion_operand_offers(command, index, arena, &last))) {
		index++;
		if (last)
			buffer_printf(out, "\t\t'*:argument: _rehome_offer %s'\n", offers);
		else
			buffer_printf(
				out, "\t\t'%zu:argument: _rehome_offer %s'\n", index + 1, offers);
	}
}

static void
add_command(const struct command *command, struct arena *arena, struct buffer *out)
{
	struct writing writing = { arena, out };
	buffer_printf(out, "\t%s)\n\t\toptions+=(\n", command->name);
	completion_each_option(command, add_option, &writing);
	buffer_add_text(out, "\t\t)\n\t\toperands=(\n");
	add_operands(command, arena, out);
	buffer_add_text(out, "\t\t)\n\t\t;;\n");
}

void
completion_zsh(struct arena *arena, struct buffer *out)
{
	struct writing writing = { arena, out };
	buffer_add_text(out, opening);
	for (size_t i = 0; commands[i]; i++) {
		buffer_printf(out, "\t\t'%s:", commands[i]->name);
		add_quoted(commands[i]->summary, "\\:", out);
		buffer_add_text(out, "'\n");
	}
	buffer_add_text(out, walking);
	completion_each_valued(arena, add_valued, out);
	buffer_add_text(out, middle);
	buffer_add_text(out, "\toptions=(\n");
	completion_each_option(NULL, add_option, &writing);
	buffer_add_text(out, "\t)\n\tcase $command in\n");
	for (size_t i = 0; commands[i]; i++)
		add_command(commands[i], arena, out);
	buffer_add_text(out, closing);
}
