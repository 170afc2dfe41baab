/*
 * json_scope.h - the scope lifetime for jansson's values: given back however the block is left.
 */
#ifndef REHOME_PLAN_JSON_SCOPE_H
#define REHOME_PLAN_JSON_SCOPE_H

#include <jansson.h>

#include "core/base/cleanup.h"

#define AUTO_JSON AUTO(json_scope_finish)

static inline void
json_scope_finish(json_t **value)
{
	json_decref(*value);
}

#endif
