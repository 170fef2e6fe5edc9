// PostgreSQL's own library for clients, libpq.
#pragma once

#include <libpq-fe.h>
