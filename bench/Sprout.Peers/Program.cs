// What Sprout is compared with, each as fast as it goes: libtorch by TorchSharp, ONNX Runtime, FastBertTokenizer. One line of JSON a run.
//   model --config FILE --output FOLDER                        a model with random weights, and what Sprout answers with it
//   step --model FOLDER [--density V] [--firsts] [--lengths FILE --layout padded|packed]
//   product --shape MxNxK --layout NN|NT|TN
//   forward --model FOLDER --onnx FILE [--spin] [--tolerance T]
//   tokenizer --vocab FILE --texts FILE
// All but model take --warmup N --repeat N; all but tokenizer --threads N; step and forward --batch B --length L.
using Sprout.Peers;

var arguments = new Arguments(args);
switch (args.FirstOrDefault())
{
    case "model":
        ReferenceModel.Write(arguments);
        break;
    case "step":
        TorchStep.Run(arguments);
        break;
    case "product":
        TorchProduct.Run(arguments);
        break;
    case "forward":
        OrtForward.Run(arguments);
        break;
    case "tokenizer":
        TokenizerTiming.Run(arguments);
        break;
    default:
        Console.Error.WriteLine("Sprout.Peers: expected model, step, product, forward or tokenizer.");
        return 2;
}

return 0;
