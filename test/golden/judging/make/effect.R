# SPDX-License-Identifier: GPL-3.0-or-later
# Writes effect.json: R 4.2.2, base and stats alone. Rscript effect.R > effect.json
num <- function(x) ifelse(is.finite(x), sprintf("%.17g", x), "null")
arr <- function(x) paste0("[", paste(num(x), collapse = ", "), "]")
obj <- function(...) { a <- list(...); paste0("{", paste(sprintf('"%s": %s', names(a), unlist(a)), collapse = ", "), "}") }
ints <- function(x) paste0("[", paste(round(x), collapse = ", "), "]")
set.seed(41)
ar <- function(n, rho, m) round(100 * (m + as.numeric(arima.sim(list(ar = rho), n))))
sets <- list(independent = list(round(100 * rnorm(40, 10, 1)), round(100 * rnorm(35, 9.4, 1.6))),
             drifting = list(ar(60, .6, 10), ar(50, .6, 9)),
             little = list(c(1012, 1034, 998), c(1051, 1043, 1066, 1049)))
inflation <- function(n, rho) { k <- seq_len(n - 1); 1 + 2 * sum((1 - k / n) * rho^k) }
means <- function(x, y) {
  n <- length(x); m <- length(y); N <- n + m
  w <- t.test(y, x)
  dx <- x - mean(x); dy <- y - mean(y)
  r <- (sum(dx[-1] * dx[-n]) + sum(dy[-1] * dy[-m])) / (sum(dx^2) + sum(dy^2))
  rho <- if (N > 8) (r + 2 / N) / (1 - 8 / N) else r
  rr <- max(rho, 0); f <- inflation(n, rr); g <- inflation(m, rr)
  a <- var(x) * (n - 1) / (n - f) * f / n; b <- var(y) * (m - 1) / (m - g) * g / m
  nu <- (a + b)^2 / (a^2 / (n / f - 1) + b^2 / (m / g - 1)); se <- sqrt(a + b); d <- mean(y) - mean(x)
  v <- N - 2; gg <- d / sqrt(((n - 1) * var(x) + (m - 1) * var(y)) / v) * (1 - 3 / (4 * v - 1))
  h <- qnorm(.975) * sqrt(N / (n * m) + gg^2 / (2 * N))
  vt <- var.test(y, x)
  med <- c(abs(x - median(x)), abs(y - median(y))); bf <- anova(lm(med ~ factor(rep(1:2, c(n, m)))))
  obj(before = ints(x * 100), after = ints(y * 100),
      welch = arr(c(d, w$statistic, w$parameter, w$p.value, w$conf.int)),
      lag1 = num(r), rho = num(rho), n_effective = arr(c(n / f, m / g)),
      ar1 = arr(c(d / se, nu, 2 * pt(-abs(d / se), nu), d + c(-1, 1) * qt(.975, nu) * se)),
      g = arr(c(gg, gg - h, gg + h)),
      f = arr(c(sqrt(vt$estimate), vt$statistic, vt$p.value, sqrt(vt$conf.int))),
      brown_forsythe = arr(c(bf$`F value`[1], bf$`Pr(>F)`[1])))
}
wilson <- function(x, n) prop.test(x, n, correct = FALSE)$conf.int
share <- function(x, n, y, m) {
  a <- wilson(x, n); b <- wilson(y, m); p <- x / n; q <- y / m
  t <- suppressWarnings(prop.test(c(y, x), c(m, n), correct = FALSE))
  obj(counts = ints(c(x, n, y, m)), wilson = arr(c(a, b)),
      newcombe = arr(c(q - p, q - p - sqrt((q - b[1])^2 + (a[2] - p)^2), q - p + sqrt((b[2] - q)^2 + (p - a[1])^2))),
      score_p = num(t$p.value), fisher_p = num(fisher.test(matrix(c(x, n - x, y, m - y), 2))$p.value))
}
rate <- function(x, e, y, f) {
  t <- poisson.test(c(y, x), c(f, e))
  obj(counts = ints(c(x, y)), exposure = arr(c(e, f)), ratio = arr(c(t$estimate, t$p.value, t$conf.int)))
}
cat('{"made": "R 4.2.2: t.test, var.test, lm, prop.test, fisher.test, poisson.test; make/effect.R",\n')
cat(' "means": [', paste(sapply(sets, function(s) means(s[[1]] / 100, s[[2]] / 100)), collapse = ",\n  "), '],\n')
cat(' "shares": [', paste(c(share(12, 400, 3, 380), share(1, 20, 6, 18), share(56, 70, 48, 80), share(0, 29, 5, 56),
  share(250, 1000, 180, 1000)), collapse = ",\n  "), '],\n')
cat(' "rates": [', paste(c(rate(11, 800, 3, 900), rate(30, 1000, 12, 1000), rate(2, 10, 9, 12), rate(1200, 52, 1100, 50),
  rate(5, 100, 0, 100)), collapse = ",\n  "), ']}\n')
