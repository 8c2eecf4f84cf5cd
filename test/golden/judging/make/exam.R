# SPDX-License-Identifier: GPL-3.0-or-later
# Writes exam.json: R 4.2.2, cor and var alone. Rscript exam.R > exam.json
num <- function(x) ifelse(is.finite(x), sprintf("%.17g", x), "null")
arr <- function(x) paste0("[", paste(num(x), collapse = ", "), "]")
set.seed(17)
one <- function(n, full, gaps) {
  k <- length(full); skill <- rnorm(n); hard <- rnorm(k, 0, .8)
  m <- sapply(1:k, function(j) pmin(full[j], pmax(0, round(full[j] * plogis(1.2 * skill - hard[j] + rnorm(n, 0, .8))))))
  if (gaps) m[sample(n * k, gaps)] <- NA
  w <- m[complete.cases(m), ]; s <- rowSums(w)
  alpha <- function(w) { k <- ncol(w); k / (k - 1) * (1 - sum(apply(w, 2, var)) / var(rowSums(w))) }
  sprintf('{"people": %d, "full": %s, "mark": %s, "facility": %s, "point_biserial": %s, "discrimination": %s, "alpha_without": %s, "mean": %s, "sd": %s, "alpha": %s}',
    n, arr(full), arr(as.vector(t(m))), arr(colMeans(m, na.rm = TRUE) / full), arr(apply(w, 2, cor, s)),
    arr(sapply(1:k, function(j) cor(w[, j], s - w[, j]))), arr(sapply(1:k, function(j) alpha(w[, -j]))),
    num(mean(s)), num(sd(s)), num(alpha(w)))
}
cat('{"made": "R 4.2.2; make/exam.R", "sets": [', paste(c(one(60, rep(1, 12), 0), one(45, c(1, 2, 5, 10, 3), 7)), collapse = ",\n"), ']}\n')
