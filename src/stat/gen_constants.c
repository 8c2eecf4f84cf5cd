/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Build tool: writes the table of control chart constants, n = 2 .. 100, as C.
 *
 * In 113-bit arithmetic, so that every entry is the nearest double. For the range R of n normal
 * readings with density f and distribution F
 *
 *   P(R <= w) = n int f(x) [F(x+w) - F(x)]^(n-1) dx
 *   E R       = int 1 - F^n - (1-F)^n dx             E R^2 = 2 int w P(R > w) dw
 *
 * Integrals over the line are trapezoidal sums, which converge geometrically for integrands that
 * are analytic and fall off on both sides; the one over w is Gauss-Legendre in panels. F comes from
 * its positive power series at the grid and from Taylor steps between. c4 is a recurrence.
 * Only + - * / of __float128 are used: gcc and clang both have them.
 */
#include <stdio.h>

typedef __float128 quad;

enum { N_MAX = 100, PER_UNIT = 8, REACH = 13, GRID = 2 * REACH * PER_UNIT + 1, PANELS = 8, ORDER = 24 };
static const quad h = (quad)1 / PER_UNIT;
static quad pi, grid_f[GRID], grid_F[GRID];

static quad grid_x(int i)
{
    return (i - REACH * PER_UNIT) * h;
}

static quad quad_sqrt(quad x)
{
    quad r = __builtin_sqrt((double)x);
    for (int i = 0; i < 3; i++)
        r = (r + x / r) / 2;
    return r;
}

static quad quad_exp(quad x)
{
    if (x < 0)
        return 1 / quad_exp(-x); /* 1 + sum would cancel */
    quad r = x / 1024, term = 1, sum = 0;
    for (int i = 1; i < 22; i++)
        term *= r / i, sum += term; /* exp(r) - 1 keeps its digits through the squarings */
    for (int i = 0; i < 10; i++)
        sum = sum * (sum + 2);
    return sum + 1;
}

static quad quad_atan_inverse(int m)
{
    quad term = (quad)1 / m, sum = term;
    for (int i = 1; i < 90; i++)
        term /= -(quad)m * m, sum += term / (2 * i + 1);
    return sum;
}

static quad density(quad x)
{
    return quad_exp(-x * x / 2) / quad_sqrt(2 * pi);
}

/* F(x) = 1/2 + f(x) (x + x^3/3 + x^5/15 + ...), x >= 0 */
static quad distribution(quad x)
{
    if (x < 0)
        return 1 - distribution(-x);
    quad term = x, sum = x;
    for (int i = 1; i < 400 && term > sum * 1e-37; i++)
        term *= x * x / (2 * i + 1), sum += term;
    return (quad)0.5 + density(x) * sum;
}

/* f and F at grid point i + t, |t| <= h / 2, by Taylor; derivatives of f are Hermite polynomials. */
static void step(int i, quad t, quad *f, quad *F)
{
    quad x = grid_x(i), older = 0, he = 1, scale = t;
    quad sum_f = 1, sum_F = t;
    for (int k = 1; k < 26; k++) {
        quad next = -(x * he + (k - 1) * older); /* (-1)^k He_k */
        older = he, he = next;
        sum_f += he * scale;
        scale *= t / (k + 1);
        sum_F += he * scale;
    }
    *f = grid_f[i] * sum_f;
    *F = grid_F[i] + grid_f[i] * sum_F;
}

/* Columns of the range integral for one w: f(x), f(x + w), F(x + w) - F(x). */
static quad near_f[GRID], far_f[GRID], gap[GRID];

static void spread_at(quad w)
{
    int cells = (int)(w * PER_UNIT + (quad)0.5);
    quad t = w - cells * h;
    for (int i = 0; i < GRID; i++) {
        quad far = 1;
        near_f[i] = grid_f[i], far_f[i] = 0;
        if (i + cells < GRID)
            step(i + cells, t, &far_f[i], &far);
        gap[i] = far - grid_F[i];
    }
}

static quad power(quad x, int n)
{
    quad result = 1;
    for (; n; n /= 2, x *= x)
        if (n % 2)
            result *= x;
    return result;
}

/* P(R <= w) and its slope for the w of spread_at. */
static void range_at(int n, quad *cdf, quad *pdf)
{
    quad sum = 0, slope = 0;
    for (int i = 0; i < GRID; i++) {
        quad p = power(gap[i], n - 2);
        sum += near_f[i] * p * gap[i];
        slope += near_f[i] * p * far_f[i];
    }
    *cdf = n * h * sum;
    *pdf = n * (n - 1) * h * slope;
}

/* Sum of f gap^(n-1), one power more at each call after spread_at. */
static quad next_power(void)
{
    quad sum = 0;
    for (int i = 0; i < GRID; i++)
        sum += near_f[i] *= gap[i];
    return sum;
}

static void legendre(int i, quad *node, quad *weight)
{
    quad x = __builtin_cos(3.14159265358979 * (i + 0.75) / (ORDER + 0.5)), slope = 1;
    for (int turn = 0; turn < 6; turn++) {
        quad p0 = 1, p1 = x;
        for (int k = 2; k <= ORDER; k++) {
            quad p2 = ((2 * k - 1) * x * p1 - (k - 1) * p0) / k;
            p0 = p1, p1 = p2;
        }
        slope = ORDER * (x * p1 - p0) / (x * x - 1);
        x -= p1 / slope;
    }
    *node = x;
    *weight = 2 / ((1 - x * x) * slope * slope);
}

static quad d2[N_MAX + 1], d3[N_MAX + 1], d4[N_MAX + 1], c4[N_MAX + 1], square[N_MAX + 1];

static void find_means(void)
{
    for (int n = 2; n <= N_MAX; n++) {
        quad sum = 0;
        for (int i = 0; i < GRID; i++)
            sum += 1 - power(grid_F[i], n) - power(1 - grid_F[i], n);
        d2[n] = h * sum;
    }
}

/* Beyond w = 24 the range of 100 readings has probability below 1e-60. */
static void find_deviations(void)
{
    quad width = (quad)24 / PANELS;
    for (int i = 0; i < ORDER; i++) {
        quad node, weight;
        legendre(i, &node, &weight);
        for (int panel = 0; panel < PANELS; panel++) {
            quad w = (panel + (node + 1) / 2) * width;
            spread_at(w);
            for (int n = 2; n <= N_MAX; n++) /* near_f becomes f gap^(n-1) */
                square[n] += weight * width * w * (1 - n * h * next_power());
        }
    }
    for (int n = 2; n <= N_MAX; n++)
        d3[n] = quad_sqrt(square[n] - d2[n] * d2[n]);
}

static void find_medians(void)
{
    quad w = 0.95;
    for (int n = 2; n <= N_MAX; n++) {
        for (int turn = 0; turn < 6; turn++) {
            quad cdf, pdf;
            spread_at(w);
            range_at(n, &cdf, &pdf);
            w -= (cdf - (quad)0.5) / pdf;
        }
        d4[n] = w;
    }
}

/* c4(n) = sqrt(2/(n-1)) G(n/2) / G((n-1)/2), so c4(n) c4(n+1) = (n-1) / sqrt(n (n-1)) . */
static void find_c4(void)
{
    c4[2] = quad_sqrt(2 / pi);
    for (int n = 2; n < N_MAX; n++)
        c4[n + 1] = quad_sqrt((quad)(n - 1) / n) / c4[n];
}

int main(void)
{
    pi = 16 * quad_atan_inverse(5) - 4 * quad_atan_inverse(239);
    for (int i = 0; i < GRID; i++) {
        grid_f[i] = density(grid_x(i));
        grid_F[i] = distribution(grid_x(i));
    }
    find_means();
    find_deviations();
    find_medians();
    find_c4();
    printf("/* Generated by gen_constants.c: d2, d3, d4, c4, sqrt(1 - c4^2) from n = 2 on. */\n");
    for (int n = 2; n <= N_MAX; n++)
        printf("{%a, %a, %a, %a, %a},\n", (double)d2[n], (double)d3[n], (double)d4[n],
               (double)c4[n], (double)quad_sqrt(1 - c4[n] * c4[n]));
    return 0;
}
