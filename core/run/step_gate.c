#include "core/run/step.h"
const struct step_ops step_gate = { 0 };
const struct step_ops step_home_freeze = { 0 };
