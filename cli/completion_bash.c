/*
 * completion_bash.c - the script for bash; see completion.h.
 *
 * It needs bash 4.3 and nothing of the package bash-completion. No word of the line and no answer
 * of the program is ever expanded: compgen -W would do that.
 */
#include <string.h>

#include "cli/completion.h"

static const char opening[] =
	"# bash completion for rehome, made by: rehome completion bash\n"
	"\n"
	"# The words before the cursor as rehome gets them: bash has split them at : and =, too.\n"
	"_rehome_words() {\n"
	"\tlocal line=${COMP_LINE:0:COMP_POINT} rest word i\n"
	"\tfor ((i = 0; i <= COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\trest=${line#\"${line%%[![:space:]]*}\"}\n"
	"\t\tif ((i == COMP_CWORD)); then word=$rest; fi\n"
	"\t\tif ((i)) && [[ $rest == \"$line\" ]]; then\n"
	"\t\t\twords[${#words[@]} - 1]+=$word\n"
	"\t\telse\n"
	"\t\t\twords+=(\"$word\")\n"
	"\t\tfi\n"
	"\t\tline=${rest#\"$word\"}\n"
	"\tdone\n"
	"}\n"
	"\n"
	"# Candidates: lines of standard input that go on from $cur.\n"
	"_rehome_take() {\n"
	"\tlocal line\n"
	"\twhile IFS= read -r line; do\n"
	"\t\tif [[ $line == \"$cur\"* ]]; then COMPREPLY+=(\"$prefix$line\"); fi\n"
	"\tdone\n"
	"}\n"
	"\n"
	"_rehome_list() {\n"
	"\t\"$program\" \"${globals[@]}\" completion --names \"$1\" 2>/dev/null </dev/null\n"
	"}\n"
	"\n"
	"_rehome_offer() {\n"
	"\tlocal offer\n"
	"\tfor offer; do\n"
	"\t\tif [[ $offer == @sources && $cur == *:* ]]; then\n"
	"\t\t\tprefix+=${cur%%:*}: cur=${cur#*:} offer=@files\n"
	"\t\tfi\n"
	"\t\tcase $offer in\n"
	"\t\t@files) compopt -o filenames; _rehome_take < <(compgen -f -- \"$cur\") ;;\n"
	"\t\t@dirs) compopt -o filenames; _rehome_take < <(compgen -d -- \"$cur\") ;;\n"
	"\t\t@logins) _rehome_take < <(compgen -u -- \"$cur\") ;;\n"
	"\t\t@*) _rehome_take < <(_rehome_list \"${offer#@}\") ;;\n"
	"\t\t*) _rehome_take <<<\"$offer\" ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"}\n";

static const char closing[] =
	"\n"
	"_rehome() {\n"
	"\tlocal program=$1 words=() globals=() offers=() cur='' command='' word i\n"
	"\tlocal option='' prefix='' ended='' operand=0\n"
	"\tCOMPREPLY=()\n"
	"\t_rehome_words\n"
	"\tcur=${words[${#words[@]} - 1]}\n"
	"\tfor ((i = 1; i < ${#words[@]} - 1; i++)); do\n"
	"\t\tword=${words[i]}\n"
	"\t\tif [[ -n $ended || $word != -?* ]]; then\n"
	"\t\t\tif [[ -z $command ]]; then command=$word; else ((operand += 1)); fi\n"
	"\t\telif [[ $word == -- ]]; then\n"
	"\t\t\tended=1\n"
	"\t\telif _rehome_takes_value \"$word\"; then\n"
	"\t\t\tif ((i + 2 == ${#words[@]})); then option=$word; break; fi\n"
	"\t\t\tif _rehome_is_global \"$word\"; then globals+=(\"$word\" \"${words[i + 1]}\"); fi\n"
	"\t\t\t((i += 1))\n"
	"\t\telif _rehome_is_global \"${word%%=*}\"; then\n"
	"\t\t\tglobals+=(\"$word\")\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tif [[ -z $option && -z $ended && $cur == --*=* ]]; then\n"
	"\t\toption=${cur%%=*} prefix=$option= cur=${cur#*=}\n"
	"\tfi\n"
	"\tif [[ -n $option ]]; then\n"
	"\t\t_rehome_values\n"
	"\telif [[ -z $ended && $cur == -* ]]; then\n"
	"\t\t_rehome_options\n"
	"\telse\n"
	"\t\t_rehome_operands\n"
	"\tfi\n"
	"\t_rehome_offer \"${offers[@]}\"\n"
	"\n"
	"\t# What readline replaces begins behind the last : or =.\n"
	"\tlocal breaks=${COMP_WORDBREAKS//[!:=]/} whole=$prefix$cur\n"
	"\tif [[ -n $breaks && $whole == *[\"$breaks\"]* ]]; then\n"
	"\t\tCOMPREPLY=(\"${COMPREPLY[@]#\"${whole%\"${whole##*[\"$breaks\"]}\"}\"}\")\n"
	"\tfi\n"
	"\tif [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *: ]]; then compopt -o nospace; fi\n"
	"}\n"
	"\n"
	"complete -F _rehome rehome\n";

struct writing {
	struct arena *arena;
	struct buffer *out;
	const char *command; /* of _rehome_values; "*" = any */
};

/* ---- which options take a value ---- */

struct predicate {
	struct buffer *out;
	bool only_global, begun;
};

static void
add_valued(void *ctx, const struct option_spec *option, bool is_global)
{
	struct predicate *predicate = ctx;
	if (predicate->only_global && !is_global)
		return;
	buffer_printf(predicate->out, "%s--%s", predicate->begun ? " | " : "", option->name);
	predicate->begun = true;
	if (option->letter)
		buffer_printf(predicate->out, " | -%c", option->letter);
}

static void
add_predicate(const char *name, bool only_global, struct arena *arena, struct buffer *out)
{
	struct predicate predicate = { .out = out, .only_global = only_global };
	buffer_printf(out, "\n%s() {\n\tcase $1 in\n\t", name);
	completion_each_valued(arena, add_valued, &predicate);
	buffer_add_text(out, ") return 0 ;;\n\tesac\n\treturn 1\n}\n");
}

/* ---- values, options, operands ---- */

static void
add_value(void *ctx, const struct option_spec *option)
{
	struct writing *writing = ctx;
	const char *offers = completion_option_offers(option, writing->arena);
	if (option->type == OPTION_FLAG || !*offers)
		return;
	buffer_printf(writing->out, "\t%s' --%s'", writing->command, option->name);
	if (option->letter)
		buffer_printf(writing->out, " | %s' -%c'", writing->command, option->letter);
	buffer_printf(writing->out, ") offers=(%s) ;;\n", offers);
}

static void
add_values(struct arena *arena, struct buffer *out)
{
	struct writing writing = { arena, out, "*" };
	buffer_add_text(out, "\n_rehome_values() {\n\tcase \"$command $option\" in\n");
	completion_each_option(NULL, add_value, &writing);
	for (size_t i = 0; commands[i]; i++) {
		writing.command = commands[i]->name;
		completion_each_option(commands[i], add_value, &writing);
	}
	buffer_add_text(out, "\tesac\n}\n");
}

static void
add_name(void *ctx, const struct option_spec *option)
{
	struct writing *writing = ctx;
	buffer_printf(writing->out, " --%s", option->name);
	if (option->letter)
		buffer_printf(writing->out, " -%c", option->letter);
}

static void
add_options(struct arena *arena, struct buffer *out)
{
	struct writing writing = { arena, out, NULL };
	buffer_add_text(out, "\n_rehome_options() {\n\toffers=(");
	completion_each_option(NULL, add_name, &writing);
	buffer_add_text(out, ")\n\tcase $command in\n");
	for (size_t i = 0; commands[i]; i++) {
		if (!commands[i]->options && !commands[i]->shared)
			continue;
		buffer_printf(out, "\t%s) offers+=(", commands[i]->name);
		completion_each_option(commands[i], add_name, &writing);
		buffer_add_text(out, ") ;;\n");
	}
	buffer_add_text(out, "\tesac\n}\n");
}

static void
add_operands(struct arena *arena, struct buffer *out)
{
	buffer_printf(out,
		"\n_rehome_operands() {\n\tcase \"$command $operand\" in\n"
		"\t' '*) offers=(%s) ;;\n",
		completion_offers("COMMAND", arena));
	for (size_t i = 0; commands[i]; i++) {
		const char *offers;
		bool last = false;
		for (size_t index = 0;
			(offers = completion_operand_offers(commands[i], index, arena, &last));
			index++) {
			if (last)
				buffer_printf(out, "\t'%s '*", commands[i]->name);
			else
				buffer_printf(out, "\t'%s %zu'", commands[i]->name, index);
			buffer_printf(out, ") offers=(%s) ;;\n", offers);
		}
	}
	buffer_add_text(out, "\tesac\n}\n");
}

void
completion_bash(struct arena *arena, struct buffer *out)
{
	buffer_add_text(out, opening);
	add_predicate("_rehome_takes_value", false, arena, out);
	add_predicate("_rehome_is_global", true, arena, out);
	add_values(arena, out);
	add_options(arena, out);
	add_operands(arena, out);
	buffer_add_text(out, closing);
}
