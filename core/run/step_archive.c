#include "core/run/step.h"
const struct step_ops step_archive_ahead = { 0 };
const struct step_ops step_archive = { 0 };
