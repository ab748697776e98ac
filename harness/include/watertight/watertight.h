// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Everything that a program needs to check a daemon.

#include <watertight/check.h>
#include <watertight/error.h>
#include <watertight/report.h>
#include <watertight/scenario.h>
#include <watertight/verdict.h>
