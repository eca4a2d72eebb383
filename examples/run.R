# A run of clothier in base R:  Rscript examples/run.R runs/cnn1-1 curves.png
#
# Prints the confusion matrix with precision, recall and F1 of each class, and draws the curves of the run. It needs no
# package; on Debian and Ubuntu R comes with: apt install r-base-core

words <- commandArgs(trailingOnly = TRUE)
if (length(words) != 2) stop("wanted a run folder and a .png file to draw, such as: runs/cnn1-1 curves.png", call. = FALSE)
run <- words[1]

history <- read.csv(file.path(run, "history.csv"))
predictions <- read.csv(file.path(run, "predictions.csv"), encoding = "UTF-8", stringsAsFactors = FALSE)

# Classes in the order in which they first appear as labels.
classes <- unique(c(predictions$label, predictions$predicted))
confusion <- table(
  true = factor(predictions$label, classes), predicted = factor(predictions$predicted, classes)
)
print(confusion)

correct <- diag(confusion)
named <- colSums(confusion)
support <- rowSums(confusion)
precision <- correct / pmax(named, 1) # 0 for a class that is never predicted
print(round(data.frame(precision, recall = correct / support, f1 = 2 * correct / (named + support), support), 4))
cat(sprintf("accuracy %.4f of %d images\n", sum(correct) / sum(confusion), sum(confusion)))

png(words[2], width = 1100, height = 450, res = 110)
par(mfrow = c(1, 2), mar = c(4, 4, 2, 1))
for (measure in c("accuracy", "loss")) {
  values <- history[, c(measure, paste0("val_", measure))]
  matplot(
    history$epoch, values,
    type = "l", lty = 1, lwd = 2, col = c("#0072B2", "#D55E00"), xlab = "epoch", ylab = measure
  )
  border <- which(diff(as.integer(factor(history$phase))) != 0) + 0.5
  abline(v = border, lty = 3)
  if (measure == "accuracy") {
    legend("bottomright", c("training", "validation"), lty = 1, lwd = 2, col = c("#0072B2", "#D55E00"), bty = "n")
  }
}
invisible(dev.off())
