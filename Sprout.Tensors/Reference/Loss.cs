// Losses with their gradients, plainly.
namespace Sprout.Tensors.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void CrossEntropy(Tensor logits, IntTensor offsets, IntTensor targets, float scale, Tensor loss, Tensor? dlogits)
    {
        double sum = 0;
        for (int s = 0; s < targets.Length; s++)
        {
            int first = offsets.Pointer[s], target = targets.Pointer[s];
            double[] logProbability = LogSoftmax(logits, first, offsets.Pointer[s + 1], 1);
            sum -= logProbability[target];
            if (dlogits is null) continue;
            for (int i = 0; i < logProbability.Length; i++)
                Add(dlogits, first + i, scale * (Math.Exp(logProbability[i]) - (i == target ? 1 : 0)));
        }

        Add(loss, 0, scale * sum);
    }

    /// <inheritdoc/>
    public void SoftCrossEntropy(Tensor logits, Tensor targets, IntTensor offsets, float scale, Tensor loss, Tensor? dlogits)
    {
        double sum = 0;
        for (int s = 0; s + 1 < offsets.Length; s++)
        {
            int first = offsets.Pointer[s];
            double[] logProbability = LogSoftmax(logits, first, offsets.Pointer[s + 1], 1);
            double total = 0;
            for (int i = 0; i < logProbability.Length; i++)
            {
                total += targets.Pointer[first + i];
                sum -= targets.Pointer[first + i] * logProbability[i];
            }

            if (dlogits is null) continue;
            for (int i = 0; i < logProbability.Length; i++)
                Add(dlogits, first + i, scale * ((total * Math.Exp(logProbability[i])) - targets.Pointer[first + i]));
        }

        Add(loss, 0, scale * sum);
    }

    /// <inheritdoc/>
    public void BinaryCrossEntropy(Tensor x, Tensor target, float scale, Tensor loss, Tensor? dx)
    {
        double sum = 0;
        for (long i = 0; i < x.Count; i++)
        {
            double logit = x.Pointer[i], wanted = target.Pointer[i];
            sum += Math.Max(logit, 0) - (logit * wanted) + Math.Log(1 + Math.Exp(-Math.Abs(logit)));
            if (dx is not null) Add(dx, i, scale * ((1 / (1 + Math.Exp(-logit))) - wanted));
        }

        Add(loss, 0, scale * sum);
    }

    /// <inheritdoc/>
    public void Distillation(Tensor logits, Tensor teacher, IntTensor offsets, float temperature, float scale, Tensor loss, Tensor? dlogits)
    {
        double sum = 0;
        for (int s = 0; s + 1 < offsets.Length; s++)
        {
            int first = offsets.Pointer[s];
            double[] student = LogSoftmax(logits, first, offsets.Pointer[s + 1], temperature);
            double[] wanted = LogSoftmax(teacher, first, offsets.Pointer[s + 1], temperature);
            for (int i = 0; i < student.Length; i++)
            {
                double probability = Math.Exp(wanted[i]);
                sum += probability * (wanted[i] - student[i]);
                if (dlogits is not null) Add(dlogits, first + i, (double)scale * temperature * (Math.Exp(student[i]) - probability));
            }
        }

        Add(loss, 0, (double)scale * temperature * temperature * sum);
    }

    /// <inheritdoc/>
    public void SquaredError(Tensor x, Tensor target, float scale, Tensor loss, Tensor? dx)
    {
        double sum = 0;
        for (long i = 0; i < x.Count; i++)
        {
            double error = (double)x.Pointer[i] - target.Pointer[i];
            sum += error * error;
            if (dx is not null) Add(dx, i, scale * 2 * error);
        }

        Add(loss, 0, scale * sum);
    }

    private static double[] LogSoftmax(Tensor logits, int first, int end, double temperature)
    {
        var values = new double[end - first];
        for (int i = 0; i < values.Length; i++) values[i] = logits.Pointer[first + i] / temperature;
        double denominator = LogSumExp(values);
        for (int i = 0; i < values.Length; i++) values[i] -= denominator;
        return values;
    }
}
