/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Roots of the Legendre polynomial by Newton from Tricomi's guess; they come in pairs. */
#include "stat/gauss.h"

/* P_n(x), and its slope into *slope. */
static double legendre(int n, double x, double *slope)
{
    double before = 1, now = x;
    for (int k = 2; k <= n; k++) {
        double next = ((2 * k - 1) * x * now - (k - 1) * before) / k;
        before = now;
        now = next;
    }
    *slope = n * (x * now - before) / (x * x - 1);
    return now;
}

void gauss_legendre(int n, double a, double b, double *node, double *weight)
{
    double middle = 0.5 * (a + b), half = 0.5 * (b - a);
    for (int i = 0; i < (n + 1) / 2; i++) {
        double x = cos(3.14159265358979323846 * (i + 0.75) / (n + 0.5)), slope = 1;
        for (int turn = 0; turn < 4; turn++) {
            double value = legendre(n, x, &slope);
            x -= value / slope;
        }
        legendre(n, x, &slope);
        double w = 2 / ((1 - x * x) * slope * slope);
        node[i] = middle - half * x;
        node[n - 1 - i] = middle + half * x;
        weight[i] = weight[n - 1 - i] = half * w;
    }
}
