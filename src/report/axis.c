/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/plot.h"

#include <math.h>
#include <stdio.h>

axis_ticks axis_make(double low, double high, int count)
{
    if (!(isfinite(low) && isfinite(high)))
        return (axis_ticks){0, 1, 0.5, 1};
    double span = high - low;
    double scale = fmax(fabs(low), fabs(high));
    if (!(span > scale * 1e-13)) {
        span = scale > 0 ? scale * 0.02 : 1;
        low -= span / 2;
        high += span / 2;
    }
    double rough = span / (count > 0 ? count : 1);
    double power = pow(10, floor(log10(rough)));
    double unit = rough / power;
    double step = (unit <= 1 ? 1 : unit <= 2 ? 2 : unit <= 5 ? 5 : 10) * power;
    int decimals = (int)fmax(0, -floor(log10(step) + 1e-9));
    return (axis_ticks){floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step, step,
                        decimals > 15 ? 15 : decimals};
}

void format_figure(char *out, size_t room, double x, int decimals)
{
    if (isnan(x))
        snprintf(out, room, "–");
    else if (x != 0 && (fabs(x) >= 1e9 || fabs(x) < pow(10, -decimals) / 2))
        snprintf(out, room, "%.*g", 5, x);
    else
        snprintf(out, room, "%.*f", decimals, x + 0.0);
}
