/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurements in: the three addresses of line protocol (our own, and those that InfluxDB's clients
 * know), and one for NDJSON and CSV. */
#include "serve/upload.h"

void api_write(request *r)
{
    upload_begin(r, true);
}

void api_write_influx1(request *r)
{
    upload_begin(r, true);
}

void api_write_influx2(request *r)
{
    upload_begin(r, true);
}

void api_measurements(request *r)
{
    upload_begin(r, false);
}
