/*
 * completion_fish.c - the script for fish; see completion.h.
 */
#include <string.h>

#include "cli/completion.h"

static const char opening[] =
	"# fish completion for rehome, made by: rehome completion fish\n"
	"\n"
	"# The command of the line and the number of operands behind it; options with their "
	"values\n"
	"# are passed over, and global ones are kept for what the program is asked.\n"
	"function __rehome_walk\n"
	"\tset -g __rehome_globals\n"
	"\tset -l words (commandline -opc)\n"
	"\tset -l command ''\n"
	"\tset -l operands 0\n"
	"\tset -l ended 0\n"
	"\tset -l i 2\n"
	"\twhile test $i -le (count $words)\n"
	"\t\tset -l word $words[$i]\n"
	"\t\tif test $ended = 1; or not string match -q -- '-?*' $word\n"
	"\t\t\tif test -z \"$command\"\n"
	"\t\t\t\tset command $word\n"
	"\t\t\telse\n"
	"\t\t\t\tset operands (math $operands + 1)\n"
	"\t\t\tend\n"
	"\t\telse if test \"$word\" = --\n"
	"\t\t\tset ended 1\n"
	"\t\telse\n"
	"\t\t\tswitch $word\n";

static const char closing[] =
	"\t\t\tend\n"
	"\t\tend\n"
	"\t\tset i (math $i + 1)\n"
	"\tend\n"
	"\techo $command\n"
	"\techo $operands\n"
	"end\n"
	"\n"
	"function __rehome_in\n"
	"\tset -l at (__rehome_walk)\n"
	"\ttest \"$at[1]\" = $argv[1]\n"
	"end\n"
	"\n"
	"function __rehome_at\n"
	"\tset -l at (__rehome_walk)\n"
	"\ttest \"$at[1]\" = \"$argv[1]\"; and test $at[2] -ge $argv[2]; and test $at[2] -le "
	"$argv[3]\n"
	"end\n"
	"\n"
	"function __rehome_list\n"
	"\t__rehome_walk >/dev/null\n"
	"\tset -l program (commandline -opc)[1]\n"
	"\t$program $__rehome_globals completion --names $argv[1] 2>/dev/null </dev/null\n"
	"end\n"
	"\n"
	"function __rehome_offer\n"
	"\tset -l token (commandline -ct)\n"
	"\tfor offer in $argv\n"
	"\t\tswitch $offer\n"
	"\t\t\tcase @files\n"
	"\t\t\t\t__fish_complete_path (string replace -r -- '^--[^=]*=' '' $token)\n"
	"\t\t\tcase @dirs\n"
	"\t\t\t\t__fish_complete_directories (string replace -r -- '^--[^=]*=' '' $token)\n"
	"\t\t\tcase @logins\n"
	"\t\t\t\t__fish_complete_users\n"
	"\t\t\tcase @sources\n"
	"\t\t\t\tset -l parts (string match -r -- '^([a-z0-9_-]+:)(.*)$' $token)\n"
	"\t\t\t\tif set -q parts[2]\n"
	"\t\t\t\t\t__fish_complete_path $parts[3] | string replace -r -- '^' $parts[2]\n"
	"\t\t\t\telse\n"
	"\t\t\t\t\t__rehome_list sources\n"
	"\t\t\t\tend\n"
	"\t\t\tcase '@*'\n"
	"\t\t\t\t__rehome_list (string sub -s 2 -- $offer)\n"
	"\t\t\tcase '*'\n"
	"\t\t\t\techo $offer\n"
	"\t\tend\n"
	"\tend\n"
	"end\n"
	"\n"
	"complete -c rehome -f\n";

static void
add_quoted(const char *text, struct buffer *out)
{
	buffer_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			buffer_add_char(out, '\\');
		buffer_add_char(out, *text);
	}
	buffer_add_char(out, '\'');
}

struct writing {
	struct arena *arena;
	struct buffer *out;
	const char *command; /* NULL = any */
};

static void
add_valued(void *ctx, const struct option_spec *option, bool is_global)
{
	struct buffer *out = ctx;
	buffer_printf(out, "\t\t\t\tcase --%s", option->name);
	if (option->letter)
		buffer_printf(out, " -%c", option->letter);
	buffer_add_text(out, "\n\t\t\t\t\tset i (math $i + 1)\n");
	if (!is_global)
		return;
	buffer_printf(out,
		"\t\t\t\t\tset -a __rehome_globals $word $words[$i]\n"
		"\t\t\t\tcase '--%s=*'\n"
		"\t\t\t\t\tset -a __rehome_globals $word\n",
		option->name);
}

static void
add_option(void *ctx, const struct option_spec *option)
{
	struct writing *writing = ctx;
	struct buffer *out = writing->out;
	buffer_add_text(out, "complete -c rehome");
	if (writing->command)
		buffer_printf(out, " -n '__rehome_in %s'", writing->command);
	buffer_printf(out, " -l %s", option->name);
	if (option->letter)
		buffer_printf(out, " -s %c", option->letter);
	if (option->type != OPTION_FLAG) {
		const char *offers = completion_option_offers(option, writing->arena);
		buffer_add_text(out, " -x");
		if (*offers)
			buffer_printf(out, " -a '(__rehome_offer %s)'", offers);
	}
	buffer_add_text(out, " -d ");
	add_quoted(option->help, out);
	buffer_add_char(out, '\n');
}

static void
add_operands(const struct command *command, struct arena *arena, struct buffer *out)
{
	const char *offers;
	bool last = false;
	for (size_t index = 0; (offers = completion_operand_offers(command, index, arena, &last));
		index++) {
		buffer_printf(
			out, "complete -c rehome -n '__rehome_at %s %zu ", command->name, index);
		if (last)
			buffer_add_text(out, "9999");
		else
			buffer_printf(out, "%zu", index);
		buffer_printf(out, "' -a '(__rehome_offer %s)'\n", offers);
	}
}

void
completion_fish(struct arena *arena, struct buffer *out)
{
	struct writing writing = { arena, out, NULL };
	buffer_add_text(out, opening);
	completion_each_valued(arena, add_valued, out);
	buffer_add_text(out, closing);
	completion_each_option(NULL, add_option, &writing);
	for (size_t i = 0; commands[i]; i++) {
		buffer_printf(out, "complete -c rehome -n '__rehome_at \"\" 0 0' -a %s -d ",
			commands[i]->name);
		add_quoted(commands[i]->summary, out);
		buffer_add_char(out, '\n');
	}
	for (size_t i = 0; commands[i]; i++) {
		writing.command = commands[i]->name;
		completion_each_option(commands[i], add_option, &writing);
		add_operands(commands[i], arena, out);
	}
}
