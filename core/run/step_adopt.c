#include "core/run/step.h"
const struct step_ops step_home_adopt = { 0 };
