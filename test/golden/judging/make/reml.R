# SPDX-License-Identifier: GPL-3.0-or-later
# Writes reml.json: R 4.2.2, lme4 1.1-31 (REML), lm. Rscript reml.R > reml.json
suppressMessages(library(lme4))
num <- function(x) ifelse(is.finite(x), sprintf("%.17g", x), "null")
arr <- function(x) paste0("[", paste(num(x), collapse = ", "), "]")
obj <- function(...) { a <- list(...); paste0("{", paste(sprintf('"%s": %s', names(a), unlist(a)), collapse = ",\n   "), "}") }
# lmer, then its own deviance function polished to the last digits.
tight <- function(d, w = NULL) {
  d$w <- if (is.null(w)) rep(1, nrow(d)) else w
  c0 <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = .2, rhoend = 1e-9, maxfun = 5000), calc.derivs = FALSE,
                    check.conv.singular = "ignore")
  suppressMessages(lmer(score ~ 1 + (1 | subject) + (1 | judge), d, weights = w, control = c0, REML = TRUE))
}
answer <- function(d, w = NULL, x = NULL, ...) {
  f <- tight(d, w); v <- as.data.frame(VarCorr(f)); g <- function(n) v$vcov[v$grp == n]
  r <- ranef(f, condVar = TRUE); s <- r$subject; j <- r$judge
  sv <- attr(s, "postVar")[1, 1, ]; s <- s[, 1]
  er <- sapply(seq_along(s), function(i) 1 + sum(pnorm((s[-i] - s[i]) / sqrt(sv[i] + sv[-i]))))
  parts <- list(subject = arr(as.integer(d$subject) - 1), judge = arr(as.integer(d$judge) - 1), score = arr(d$score),
    mean = num(fixef(f)), mean_se = num(sqrt(as.matrix(vcov(f))[1, 1])),
    variances = arr(c(g("subject"), g("judge"), g("Residual"))), criterion = num(REMLcrit(f)),
    effect = arr(s), variance = arr(sv), expected_rank = arr(er),
    severity = arr(-j[, 1]), severity_se = arr(sqrt(attr(j, "postVar")[1, 1, ])))
  if (!is.null(x)) {
    m <- lm(score ~ subject + judge + x, cbind(d, x = x)); k <- coef(summary(m))["x", ]
    parts <- c(parts, list(x = arr(x), x_effect = arr(c(k, m$df.residual, confint(m)["x", ]))))
  }
  do.call(obj, c(parts, list(...)))
}
huber <- function(d, k) {
  w <- rep(1, nrow(d))
  for (i in 1:200) {
    f <- tight(d, w); e <- d$score - fitted(f); b <- k * 1.4826 * median(abs(e))
    n <- pmin(1, b / abs(e)); if (max(abs(n - w)) < 1e-9) break; w <- n
  }
  w
}
snsf <- c(1,1,1,2,5, 1,1,2,2,6, 1,2,1,3,5, 1,3,2,1,5, 1,2,2,3,5, 1,3,1,4,5, 1,2,3,4,5, 1,5,2,2,5, 1,3,4,3,5, 1,4,2,5,5, 2,3,4,4,5,
          2,4,3,5,5, 2,5,4,4,6, 2,3,4,6,6, 2,5,5,4,6)
panel <- data.frame(subject = factor(rep(1:15, each = 5)), judge = factor(rep(1:5, 15)), score = 7 - snsf)
set.seed(7)
make <- function(n, m, per, sd) {
  p <- rnorm(n, 70, sd[1]); s <- rnorm(m, 0, sd[2])
  d <- do.call(rbind, lapply(1:n, function(i) data.frame(subject = i, judge = sort(sample(m, per[(i - 1) %% length(per) + 1])))))
  d$score <- round(p[d$subject] + s[d$judge] + rnorm(nrow(d), 0, sd[3])); d$subject <- factor(d$subject); d$judge <- factor(d$judge); d
}
open <- make(24, 9, c(3, 4, 5, 2), c(6, 5, 6))
wide <- make(6, 14, c(9, 12, 7), c(6, 5, 6))
seed <- 100
repeat { set.seed(seed); no_judge <- make(20, 6, 3, c(5, 0, 8)); seed <- seed + 1
  if (as.data.frame(VarCorr(tight(no_judge)))$vcov[2] < 1e-8) break }
set.seed(21)
lifted <- make(20, 8, 4, c(6, 5, 6)); lifted$score[7] <- lifted$score[7] + 30
w <- huber(lifted, 1.345)
cat('{"made": "R 4.2.2, lme4 1.1-31; make/reml.R",\n "sets": [', paste(c(
  answer(panel, name = '"SNSF mock panel 1"'),
  answer(open, x = sample(nrow(open)), name = '"24 by 9, gaps"'),
  answer(wide, x = rep(0:1, length.out = nrow(wide)), name = '"6 by 14: more judges than subjects"'),
  answer(no_judge, name = '"judges alike"'),
  answer(lifted, w, name = '"one score lifted by 30"', huber = "1.345", weight = arr(w))), collapse = ",\n"), ']}\n')
