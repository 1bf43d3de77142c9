// Predictors: right answers from any number of threads, and nothing allocated besides them.
using System.Collections;
using System.Text.Json.Nodes;
using Sprout.Bert.Data;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Prediction;
using Sprout.Bert.Sources;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tests.Training;

namespace Sprout.Tests.Prediction;

[Collection("backends")]
public sealed class PredictorTests : IDisposable
{
    private static readonly PredictorOptions OneThread = new() { Threads = 1, MaxLength = 16 };

    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    private static IEnumerable<TextInput> Texts(int count) =>
        Enumerable.Range(0, count).Select(i => new TextInput(Words(i, 1 + (i % 9)), i % 3 == 0 ? Words(i + 7, 1 + (i % 4)) : null));

    private static string Words(int start, int count) => string.Join(' ', Enumerable.Range(start, count).Select(i => TinyRun.Words[i % TinyRun.Words.Count]));

    [Fact]
    public void Probabilities_are_the_softmax_of_the_logits()
    {
        using TextClassifier classifier = TextClassifier.Load(tiny.Model, OneThread);
        classifier.Labels.Should().Equal("LABEL_0", "LABEL_1");
        foreach (TextInput text in Texts(10))
        {
            Classification found = classifier.Predict(text.Text, text.Pair);
            double[] expected = [.. found.Logits.Select(logit => Math.Exp(logit) / found.Logits.Sum(other => Math.Exp(other)))];
            for (int i = 0; i < 2; i++) found.Probabilities[i].Should().BeApproximately(expected[i], 1e-12);
            found.Probability.Should().Be(found.Probabilities.Max());
            found.Label.Should().Be($"LABEL_{found.ClassId}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Eight_threads_get_the_answers_that_one_gets(int threads)
    {
        using TextClassifier classifier = TextClassifier.Load(tiny.Model, OneThread with { Threads = threads });
        TextInput[] texts = [.. Texts(100)];
        string[] expected = [.. texts.Select(text => Bits(classifier.Predict(text.Text, text.Pair)))];
        expected.Distinct().Should().HaveCountGreaterThan(50);
        int wrong = 0;
        Parallel.For(0, 800, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            TextInput text = texts[i * 7 % texts.Length];
            if (Bits(classifier.Predict(text.Text, text.Pair)) != expected[i * 7 % texts.Length]) Interlocked.Increment(ref wrong);
        });
        wrong.Should().Be(0);
    }

    [Fact]
    public void Several_texts_at_once_are_answered_in_their_order()
    {
        using TextClassifier classifier = TextClassifier.Load(tiny.Model, OneThread with { BatchSize = 7 });
        TextInput[] texts = [.. Texts(24)];
        IReadOnlyList<Classification> together = classifier.Predict(texts);
        together.Should().HaveCount(24);
        for (int i = 0; i < 24; i++)
            for (int c = 0; c < 2; c++) together[i].Logits[c].Should().BeApproximately(classifier.Predict(texts[i].Text, texts[i].Pair).Logits[c], 1e-5f);
        classifier.Predict([]).Should().BeEmpty();
    }

    [Fact]
    public void Nothing_is_allocated_but_the_answer()
    {
        using TextRegressor regressor = TextRegressor.Load(Regression(), OneThread);
        using TextClassifier classifier = TextClassifier.Load(tiny.Model, OneThread);
        TextInput[] texts = [.. Texts(12)];
        Allocated(() =>
        {
            foreach (TextInput text in texts) regressor.Predict(text.Text, text.Pair);
        }, most: 0).Should().Be(0, "a number is no object");
        // A record, two arrays of two and their headers.
        int answers = texts.Length * (56 + 40 + 32);
        Allocated(() =>
        {
            foreach (TextInput text in texts) classifier.Predict(text.Text, text.Pair);
        }, answers).Should().BeLessThanOrEqualTo(answers);
    }

    [Fact]
    public async Task A_call_that_waits_can_be_cancelled_and_disposing_waits_for_calls()
    {
        using TextClassifier classifier = TextClassifier.Load(tiny.Model, OneThread);
        TextInput[] many = [.. Texts(4000)];
        using var stop = new CancellationTokenSource();
        // The long call is in its turn when its first batch was asked for its texts.
        var list = new Announced(many);
        Task<IReadOnlyList<Classification>> busy = Task.Run(() => classifier.Predict(list));
        list.Begun.Wait();
        Task waiting = Task.Run(() => classifier.Predict("aa", cancellation: stop.Token));
        await stop.CancelAsync();
        await ((Func<Task>)(() => waiting)).Should().ThrowAsync<OperationCanceledException>();
        classifier.Dispose();
        list.Asked.Should().Be(2 * many.Length, "disposing waits, and a text and its pair are two questions");
        (await busy).Should().HaveCount(many.Length);
        classifier.Invoking(c => c.Predict("aa")).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void A_long_call_is_cancelled_between_its_batches()
    {
        using TextClassifier classifier = TextClassifier.Load(tiny.Model, OneThread);
        using var stop = new CancellationTokenSource();
        var list = new Announced([.. Texts(200)]) { OnFirst = stop.Cancel };
        classifier.Invoking(c => c.Predict(list, stop.Token)).Should().Throw<OperationCanceledException>();
        list.Asked.Should().BeLessThan(200);
    }

    [Theory]
    [InlineData("regression", 2)]
    [InlineData("multi_label_classification", 2)]
    [InlineData("regression", 1)]
    public void A_classifier_refuses_what_is_none(string type, int labels)
    {
        string folder = labels == 1 ? Regression()
            : Save("typed", (backend, config) => new BertForSequenceClassification(backend, config, 2), config => config);
        string path = Path.Combine(folder, "config.json");
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config["problem_type"] = type;
        File.WriteAllText(path, config.ToJsonString());
        ((Action)(() => TextClassifier.Load(folder, OneThread))).Should().Throw<InputException>().WithMessage($"{folder}: *one class*problem_type {type}*");
    }

    [Fact]
    public void A_regressor_refuses_a_classifier() =>
        ((Action)(() => TextRegressor.Load(tiny.Model, OneThread))).Should().Throw<InputException>().WithMessage("*predicts a number, found one of 2 labels*");

    [Fact]
    public void Device_memory_does_not_grow()
    {
        using IBackend backend = Device.Open("cpu", 1);
        using var source = new HuggingFaceFolder(tiny.Model);
        using SequenceClassifier model = source.Config.CreateClassifier(backend, 2);
        source.LoadWhole(model);
        using var inference = new Inference(backend, model);
        IReadOnlyList<Bert.Tokenization.TokenSequence> sequences = [.. Texts(30).Select(text => source.Tokenizer.Encode(text.Text, text.Pair, 16))];
        inference.Run(sequences, 4, (_, _, _) => { });
        long live = backend.LiveBytes;
        for (int i = 0; i < 3; i++) inference.Run(sequences, 4, (_, _, _) => { });
        backend.LiveBytes.Should().Be(live);
    }

    [Fact]
    public void A_call_can_be_cancelled_and_a_failed_one_leaves_nothing_behind()
    {
        using TextClassifier classifier = TextClassifier.Load(tiny.Model, OneThread);
        string expected = Bits(classifier.Predict("aa ab"));
        classifier.Invoking(c => c.Predict("aa", cancellation: new CancellationToken(canceled: true))).Should().Throw<OperationCanceledException>();
        classifier.Invoking(c => c.Predict([new("aa"), new(null!)])).Should().Throw<ArgumentNullException>();
        Bits(classifier.Predict("aa ab")).Should().Be(expected);
    }

    [Fact]
    public void After_its_end_a_predictor_says_so()
    {
        TextClassifier classifier = TextClassifier.Load(tiny.Model, OneThread);
        classifier.Dispose();
        classifier.Dispose();
        classifier.Invoking(c => c.Predict("aa")).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void A_model_is_loaded_as_what_it_is()
    {
        using Predictor classes = Predictor.Load(tiny.Model, OneThread), numbers = Predictor.Load(Regression(), OneThread);
        using Predictor answers = Predictor.Load(Answers(), OneThread);
        classes.Should().BeOfType<TextClassifier>();
        numbers.Should().BeOfType<TextRegressor>();
        answers.Should().BeOfType<QuestionAnswerer>();
        ((Action)(() => QuestionAnswerer.Load(tiny.Model, OneThread)))
            .Should().Throw<InputException>().WithMessage("*expected a fine-tuned model, found no qa_outputs.weight*");
        ((Action)(() => Predictor.Load(tiny.PathOf("absent")))).Should().Throw<InputException>()
            .WithMessage("*expected a model folder or a sparse model file, found nothing.");
        ((Action)(() => Predictor.Load(tiny.Model, OneThread with { MaxLength = 25 })))
            .Should().Throw<OptionException>().WithMessage("MaxLength: expected 3 to the model's 24 positions, found 25.");
    }

    [Fact]
    public void An_answer_is_a_part_of_a_context_longer_than_a_window()
    {
        using QuestionAnswerer answerer = QuestionAnswerer.Load(Answers(), OneThread with { BatchSize = 2 });
        string context = Words(3, 60);
        SquadAnswer answer = answerer.Predict("aa ab", context);
        answer.Text.Should().NotBeEmpty().And.Be(context[answer.Start..answer.End]);
        using QuestionAnswerer oneByOne = QuestionAnswerer.Load(Answers(), OneThread with { BatchSize = 1 });
        oneByOne.Predict("aa ab", context).Should().BeEquivalentTo(answer, options => options.Excluding(a => a.Score));
    }

    private static long Allocated(Action action, long most)
    {
        // The steady state is there when the JIT has compiled everything with optimisations, which it does in the background, on a busy machine late.
        long least = long.MaxValue;
        for (int round = 0; round < 500 && least > most; round++)
        {
            for (int i = 0; i < 30; i++) action();
            Thread.Sleep(20);
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static string Bits(Classification found) => string.Join(' ', found.Logits.Select(BitConverter.SingleToInt32Bits));

    private string Regression() =>
        Save("regression", (backend, config) => new BertForSequenceClassification(backend, config, 1), config => config with { Id2Label = ["LABEL_0"] });

    private string Answers() => Save("answers", (backend, config) => new BertForQuestionAnswering(backend, config), config => config);

    private string Save(string name, Func<IBackend, BertConfig, TaskModel> create, Func<BertConfig, BertConfig> change)
    {
        if (Directory.Exists(tiny.PathOf(name))) return tiny.PathOf(name);
        using IBackend backend = Device.Open("cpu", 1);
        using var source = new HuggingFaceFolder(tiny.Model);
        using TaskModel model = create(backend, (BertConfig)source.Config);
        Initialization.Apply(model, seed: 3);
        HuggingFaceFolder.Save(tiny.PathOf(name), model, change((BertConfig)source.Config), source.Tokenizer);
        return tiny.PathOf(name);
    }

    // Texts that tell when the first of them is asked for, and how many were.
    private sealed class Announced(TextInput[] texts) : IReadOnlyList<TextInput>
    {
        public ManualResetEventSlim Begun { get; } = new();

        public Action OnFirst { get; init; } = () => { };

        public int Asked { get; private set; }

        public int Count => texts.Length;

        public TextInput this[int index]
        {
            get
            {
                if (Asked++ == 0) OnFirst();
                Begun.Set();
                return texts[index];
            }
        }

        public IEnumerator<TextInput> GetEnumerator() => texts.AsEnumerable().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
