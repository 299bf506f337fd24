"""Builds the ONNX graph of the e5-small encoder from its 4-bit weights.

Invariant: the graph computes what the network computes on the published 4-bit weights: the weights are
repacked, not quantised a second time; activations are quantised to 8 bits per block of 32 at run time, as
in the original engine. Word, position and type embeddings are looked up outside (see `e5`), so that the
file stays small and 250,000 word rows are never held in memory.

Input `embedded` [batch, length, width] (sum of the three embeddings) and `mask` [batch, length] (1 = token,
0 = padding, int32); output `pooled` [batch, width]: mean of the last layer over the tokens, not normalised.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from copilot.llm.embeddings.weights import BLOCK, Floats, Quantised, WeightsFile

_INT8_ACTIVATIONS = 4
"""`accuracy_level` of MatMulNBits: activations in 8 bits per block."""


class _Builder:
    """Collects nodes and constants; every method returns the name of its result."""

    def __init__(self, weights: WeightsFile) -> None:
        self.weights = weights
        self.shape = weights.shape
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def node(self, operator: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], domain=domain, name=output, **attributes))
        return output

    def matrix(self, source: str, prefix: str, name: str, columns: int) -> str:
        """`source` times the transposed 4-bit matrix `prefix.w`, plus the bias `prefix.b`."""
        matrix = self.weights.quantised(f"{prefix}.w", columns)
        rows = matrix.scales.shape[0]
        return self.node(
            "MatMulNBits",
            [
                source,
                self.constant(f"{name}.w", _interleave(matrix)),
                self.constant(f"{name}.s", matrix.scales.reshape(-1)),
                "",
                "",
                self.constant(f"{name}.b", self.weights.floats(f"{prefix}.b")),
            ],
            f"{name}.out",
            domain="com.microsoft",
            K=columns,
            N=rows,
            bits=4,
            block_size=BLOCK,
            accuracy_level=_INT8_ACTIVATIONS,
        )

    def normalise(self, source: str, prefix: str, name: str) -> str:
        return self.node(
            "LayerNormalization",
            [source, *(self.constant(f"{name}.{part}", self.weights.floats(f"{prefix}.{part}")) for part in "wb")],
            name,
            axis=-1,
            epsilon=self.shape.epsilon,
        )

    def layer(self, source: str, index: int) -> str:
        """One encoder layer: attention, then feed-forward, each with a residual and a normalisation."""
        name = f"l{index}"
        width = self.shape.width
        projections = [self.matrix(source, f"{name}.{part}", f"{name}.{part}", width) for part in "qkv"]
        context = self.node(
            "MultiHeadAttention",
            [*projections, "", "mask"],
            f"{name}.context",
            domain="com.microsoft",
            num_heads=self.shape.heads,
        )
        attended = self.matrix(context, f"{name}.ao", f"{name}.ao", width)
        residual = self.node("Add", [source, attended], f"{name}.residual")
        middle = self.normalise(residual, f"{name}.aln", f"{name}.aln")
        inner = self.matrix(middle, f"{name}.fi", f"{name}.fi", width)
        activated = self.node("Gelu", [inner], f"{name}.gelu", domain="com.microsoft")
        outer = self.matrix(activated, f"{name}.fo", f"{name}.fo", self.shape.feed_forward)
        return self.normalise(self.node("Add", [middle, outer], f"{name}.sum"), f"{name}.oln", f"{name}.oln")

    def pool(self, source: str) -> str:
        """Mean over the tokens that are not padding."""
        axis = self.constant("axis", np.array([1], np.int64))
        last = self.constant("last", np.array([2], np.int64))
        weight = self.node("Cast", ["mask"], "mask.float", to=TensorProto.FLOAT)
        column = self.node("Unsqueeze", [weight, last], "mask.column")
        total = self.node("ReduceSum", [self.node("Mul", [source, column], "kept"), axis], "total", keepdims=0)
        count = self.node("ReduceSum", [column, axis], "count", keepdims=0)
        return self.node("Div", [total, count], "pooled")


def _interleave(matrix: Quantised) -> NDArray[np.uint8]:
    """Repack nibbles from (j, j + 16) to (2j, 2j + 1) per byte, the order MatMulNBits wants."""
    values = np.concatenate([matrix.nibbles & 15, matrix.nibbles >> 4], axis=-1)
    packed: NDArray[np.uint8] = (values[..., 0::2] | (values[..., 1::2] << 4)).astype(np.uint8)
    return packed


def build_graph(weights: WeightsFile) -> bytes:
    """The serialised ONNX model."""
    builder = _Builder(weights)
    current = builder.normalise("embedded", "emb.ln", "emb.ln")
    for index in range(weights.shape.layers):
        current = builder.layer(current, index)
    builder.pool(current)
    output = helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ["batch", weights.shape.width])
    return _serialised(builder, [output])


def build_word_graph(weights: WeightsFile, *, layers: Sequence[int]) -> bytes:
    """The same network up to the last of `layers`; its outputs are the states of every token after each of them."""
    builder = _Builder(weights)
    current = builder.normalise("embedded", "emb.ln", "emb.ln")
    outputs = []
    for index in range(max(layers) + 1):
        current = builder.layer(current, index)
        if index in layers:
            shape: list[str | int | None] = ["batch", "length", weights.shape.width]
            outputs.append(helper.make_tensor_value_info(current, TensorProto.FLOAT, shape))
    return _serialised(builder, outputs)


def _serialised(builder: _Builder, outputs: list[onnx.ValueInfoProto]) -> bytes:
    graph = helper.make_graph(
        builder.nodes,
        "e5-small",
        [
            helper.make_tensor_value_info("embedded", TensorProto.FLOAT, ["batch", "length", builder.shape.width]),
            helper.make_tensor_value_info("mask", TensorProto.INT32, ["batch", "length"]),
        ],
        outputs,
        builder.constants,
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets)
    model.ir_version = 9
    return bytes(model.SerializeToString())


def embedding_tables(weights: WeightsFile) -> Floats:
    """Position plus type embedding, `[positions, width]`: what is added to each word row."""
    width = weights.shape.width
    positions = weights.floats("emb.pos").reshape(-1, width)
    table: Floats = positions + weights.floats("emb.type").reshape(-1, width)[0]
    return table
