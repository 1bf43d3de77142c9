// The fields of onnx.proto that are written.
namespace Sprout.Export.Onnx;

/// <summary>Field numbers, a class a message, of <c>onnx/onnx.proto</c> in the ONNX repository.</summary>
internal static class OnnxFields
{
    /// <summary>ModelProto.</summary>
    internal static class Model
    {
        public const int IrVersion = 1, ProducerName = 2, Graph = 7, OpsetImport = 8;
    }

    /// <summary>OperatorSetIdProto.</summary>
    internal static class OperatorSet
    {
        public const int Version = 2;
    }

    /// <summary>GraphProto.</summary>
    internal static class Graph
    {
        public const int Node = 1, Name = 2, Initializer = 5, Input = 11, Output = 12;
    }

    /// <summary>NodeProto.</summary>
    internal static class Node
    {
        public const int Input = 1, Output = 2, Name = 3, OpType = 4, Attribute = 5;
    }

    /// <summary>AttributeProto, and the types in its enumeration.</summary>
    internal static class Attribute
    {
        public const int Name = 1, Float = 2, Int = 3, Ints = 8, Type = 20;
        public const int FloatType = 1, IntType = 2, IntsType = 7;
    }

    /// <summary>TensorProto.</summary>
    internal static class Tensor
    {
        public const int Dims = 1, DataType = 2, Name = 8, RawData = 9, ExternalData = 13, DataLocation = 14;
        public const int External = 1;
    }

    /// <summary>StringStringEntryProto.</summary>
    internal static class StringEntry
    {
        public const int Key = 1, Value = 2;
    }

    /// <summary>ValueInfoProto.</summary>
    internal static class Value
    {
        public const int Name = 1, Type = 2;
    }

    /// <summary>TypeProto, and its TypeProto.Tensor.</summary>
    internal static class Type
    {
        public const int TensorType = 1, ElemType = 1, Shape = 2;
    }

    /// <summary>TensorShapeProto, and its Dimension.</summary>
    internal static class Shape
    {
        public const int Dim = 1, DimValue = 1, DimParam = 2;
    }
}
